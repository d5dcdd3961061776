"""The tables of a warehouse, in sentences: how they are read, which rows break a rule, where a sheet differs."""
