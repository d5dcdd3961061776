"""The layouts of the input tabs: how they are recognised and read."""
