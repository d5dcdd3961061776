"""The way in: a workbook to a snapshot."""
