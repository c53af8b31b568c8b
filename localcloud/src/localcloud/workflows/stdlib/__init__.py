"""The standard library, one module a namespace; ``catalogue`` is the table of them all.

https://cloud.google.com/workflows/docs/reference/stdlib/overview
"""
