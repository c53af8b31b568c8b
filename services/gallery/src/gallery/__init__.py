"""Show every picture and its state, and take uploads."""
