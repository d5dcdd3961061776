"""The port: what a workbook can do."""
