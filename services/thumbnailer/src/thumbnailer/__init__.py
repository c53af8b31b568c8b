"""Render the variants of one picture."""
