"""Choosing other segments and periods for a question."""
