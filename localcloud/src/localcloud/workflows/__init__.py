"""Run Cloud Workflows definitions."""
