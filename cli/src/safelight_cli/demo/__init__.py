"""Show the whole pipeline at work on sample pictures, or on the user's own."""
