"""The messages about further analyses of a cut."""
