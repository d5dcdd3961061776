"""The way back: the tabs and notes that the bot writes."""
