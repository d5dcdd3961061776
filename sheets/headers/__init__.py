"""The header row of a tab: its headings and their meaning, and where it is."""
