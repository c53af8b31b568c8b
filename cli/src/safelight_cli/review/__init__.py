"""Decide about pictures that the gate held back."""
