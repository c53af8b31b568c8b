"""Cloud Storage on this machine: the JSON API and the XML door for signed URLs."""
