"""Shared answers whose figures a later snapshot changed."""
