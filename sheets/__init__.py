"""Workbooks: how they are read and checked, and how figures are written back."""
