"""What the twelve months mean, which signs accounts show, and what to try."""
