"""The age of the data: it cannot be read any more, or newer data gives another answer."""
