"""Shapes of revenue tabs that become one of the layouts: turned tabs, a tab for each year, month or entity."""
