"""The published definitions of retention, and the one that gives a figure of someone else."""
