"""A tab: its header row, its columns and which rows are accounts."""
