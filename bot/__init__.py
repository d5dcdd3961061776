"""The analyst in Slack and on the command line."""
