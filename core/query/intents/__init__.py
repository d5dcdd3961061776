"""Sentences as people type them, read into the lines of the grammar: "who left us last quarter?"."""
