"""The message that reconciles a figure of someone else with ours."""
