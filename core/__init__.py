"""The calculator: money, months, ledgers, retention, reading and advice. It knows neither Slack nor Google."""
