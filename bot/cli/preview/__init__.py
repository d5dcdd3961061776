"""`nrrbot preview`: every message as it looks in Slack, on one local page."""
