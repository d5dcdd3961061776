"""The calculator: money, months, ledgers, retention, assessment and advice. It knows neither Slack nor Google."""
