"""Files of boxes: AVIF and HEIC."""
