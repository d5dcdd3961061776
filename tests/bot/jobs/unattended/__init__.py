"""The service while no one watches it: killed at any moment, through months, with faults of Slack and of the sheet."""
