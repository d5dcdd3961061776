"""Values to messages, as Block Kit and as text."""
