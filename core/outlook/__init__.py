"""The months ahead: forecast, targets, scenarios, account signals."""
