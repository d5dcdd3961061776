"""The backend of the add-in: figures over HTTP, for the formulas and the sidebar of a sheet, and for BI tools."""
