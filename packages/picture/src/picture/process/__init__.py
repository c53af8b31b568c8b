"""Processes that decode, and may be killed."""
