"""Cloud Run: services as processes on this machine, each behind an ingress."""
