"""The messages of digests."""
