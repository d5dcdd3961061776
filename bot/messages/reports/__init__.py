"""The messages of the reports."""
