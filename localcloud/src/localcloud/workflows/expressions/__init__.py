"""Expressions: the text inside ``${…}``, from characters to closures."""
