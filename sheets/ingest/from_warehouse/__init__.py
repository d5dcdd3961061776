"""A sync from a warehouse: its cube becomes a snapshot, as the tabs of a sheet do."""
