"""Requests that write into a Google Sheet."""
