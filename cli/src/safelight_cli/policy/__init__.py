"""Decide a whole library anew under another policy, without asking Vision again."""
