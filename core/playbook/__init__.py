"""Benchmarks, bands and levers as TOML: value, unit, window, year, source."""
