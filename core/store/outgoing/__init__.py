"""The messages that the bot sends unasked: who gets them, which were sent, the failures they report."""
