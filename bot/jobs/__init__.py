"""Scheduled work and `nrrbot run`."""
