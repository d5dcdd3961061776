"""Messages about a figure that a reader doubts, and about a shared one that changed."""
