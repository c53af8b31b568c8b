"""PNG files: their chunks, and their pixels where Pillow is slow or silent."""
