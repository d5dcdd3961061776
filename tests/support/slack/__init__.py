"""A loopback Slack: the Web API, Socket Mode and the rules of Block Kit."""
