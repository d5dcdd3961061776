"""The views of App Home: figures, the way to the first ones, settings."""
