"""Who may see figures."""
