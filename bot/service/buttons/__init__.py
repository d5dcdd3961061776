"""Buttons: the answer that one belongs to, and what was done already."""
