"""Requests of people, in small files next to the store: those that were handled, and the audit of all."""
