"""The same figures from tables of a warehouse: one SELECT, which its engine runs, and the cube of its rows."""
