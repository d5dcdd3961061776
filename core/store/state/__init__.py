"""The state of a workbook between its readings: its polls, and the problems that people accepted."""
