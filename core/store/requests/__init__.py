"""Small files next to the store: requests, shared answers, pages of App Home, and the audit of all requests."""
