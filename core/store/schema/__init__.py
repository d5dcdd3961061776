"""The tables of the file, and how older files are brought up to date."""
