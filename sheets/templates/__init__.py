"""The sample workbook and the empty template."""
