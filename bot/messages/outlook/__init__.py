"""The messages about the months ahead."""
