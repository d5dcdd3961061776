"""The evidence for each layout of a tab, and the tabs that are named and not read."""
