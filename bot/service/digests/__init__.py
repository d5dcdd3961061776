"""Digests as people subscribe to them: what each one reports, and the requests about them."""
