"""Tests of sheets.text_files."""
