"""Benchmarks, bands and levers as data."""
