"""Google Cloud on this machine."""
