"""The verdict on the figures, its cautions, and the suggestions, in sentences."""
