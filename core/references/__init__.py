"""References for figures: benchmarks and definitions."""
