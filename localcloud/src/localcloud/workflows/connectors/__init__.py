"""Connectors: calls of Google's APIs as steps of a workflow."""
