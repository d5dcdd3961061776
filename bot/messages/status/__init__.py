"""The messages about the state of the data: syncs, writes, problems, help."""
