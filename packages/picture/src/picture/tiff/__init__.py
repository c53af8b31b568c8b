"""TIFF files, of more kinds than Pillow has layouts for."""
