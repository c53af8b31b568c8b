"""Open pictures of strangers: what is accepted, what one may cost, and who decodes it."""
