"""Messages and pages that Slack shows and later snapshots change. Tables of the file of requests."""
