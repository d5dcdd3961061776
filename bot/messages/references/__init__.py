"""The messages about benchmarks and definitions."""
