"""The one door: a question in words to an answer."""
