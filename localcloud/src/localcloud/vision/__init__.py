"""Cloud Vision ``images:annotate``, answered by models that run on this machine."""
