"""The tables of a warehouse before any figure is made of them: their content, types, rights, and broken rows."""
