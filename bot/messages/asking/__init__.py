"""Asking with buttons and menus: near misses, segments and periods to choose from."""
