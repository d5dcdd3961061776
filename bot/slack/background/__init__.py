"""The work on a request after its acknowledgement: checks, the answer, its way to Slack."""
