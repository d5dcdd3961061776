"""The colours of the written tabs."""

from __future__ import annotations

# The colours of a ratio below, inside and above its benchmark range, red-green-blue. Everyone can distinguish them,
# and they stay readable in print.
BELOW_COLOUR, INSIDE_COLOUR, ABOVE_COLOUR = "FBD5B5", "DCEBD2", "C6DDF3"

# Headings; the lines of a chart and its guides, in their order; explanations.
HEADING_COLOUR, LINE_COLOURS, MUTED_COLOUR = "1F3B4D", ("1F3B4D", "D0782A"), "7F7F7F"
GUIDE_COLOURS = ("2E7D32", "9E9E9E", "9E9E9E")
