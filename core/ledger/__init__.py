"""The MRR of each account at each month's close, and the dimensions that cut it."""
