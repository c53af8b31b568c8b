"""Describe one picture and decide its verdict."""
