"""Work in a separate process: the process, and how the bot starts, limits and follows it."""
