"""Further analyses of a cut: the segments that moved a ratio, and the like."""
