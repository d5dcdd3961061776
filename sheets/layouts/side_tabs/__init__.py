"""The tabs next to that of the revenue: FX, Targets, Words."""
