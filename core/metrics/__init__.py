"""The retention arithmetic: bridges, the cube, movements, contributions, restatements."""
