"""Google's identities on this machine: a service account key, tokens, certificates."""
