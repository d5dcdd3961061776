"""What each account paid at each month's close, and the dimensions that cut it."""
