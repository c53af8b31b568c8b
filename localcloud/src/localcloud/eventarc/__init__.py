"""Eventarc: what happens to objects starts executions of workflows."""
