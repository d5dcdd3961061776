"""The state of a workbook between its readings: its polls, accepted problems, and the keys of its readers."""
