"""Recognises the notes on cells that the bot wrote."""

from __future__ import annotations

# The prefix of each line of a note by the bot, in every language.
NOTE_PREFIX = "nrrbot:"


def is_bot_note(text: str) -> bool:
    """Return True if the bot wrote the note. A note to which a person has added a line belongs to that person."""
    lines = [line for line in text.splitlines() if line.strip()]
    return text.startswith(NOTE_PREFIX) and all(line.startswith(NOTE_PREFIX) for line in lines)
