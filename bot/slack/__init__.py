"""Slack: commands, buttons, sending."""
