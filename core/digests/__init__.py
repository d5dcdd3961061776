"""What a digest reports."""
