"""Checks over rows that were read: duplicates and implausible amounts."""
