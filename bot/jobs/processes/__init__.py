"""Work in a process of its own: the process, and how the bot starts, limits and follows it."""
