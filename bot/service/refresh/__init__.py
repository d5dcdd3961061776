"""From a change of the workbook to the store, and back into the workbook."""
