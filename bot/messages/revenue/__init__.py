"""The messages about revenue."""
