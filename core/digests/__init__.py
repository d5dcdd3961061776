"""The reports of a digest."""
