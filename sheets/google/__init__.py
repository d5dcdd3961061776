"""A Google Sheet as a workbook."""
