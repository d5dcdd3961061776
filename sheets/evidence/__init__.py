"""What a tab is: the evidence for each layout, and the tabs that are named and not read."""
