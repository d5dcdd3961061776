"""An .xlsx file as a workbook."""
