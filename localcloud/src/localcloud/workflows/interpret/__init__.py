"""Run a checked workflow: closures over frames, and generators that yield effects."""
