"""The port to a workbook: protocol, tables, input tabs, cell addresses."""
