"""``safelight doctor`` proves a deployment: every part is there, and a picture goes through."""
