"""How the bot's own notes on cells are told from people's."""

from __future__ import annotations

# What each line of a note of ours begins with, in every language: it tells our notes from people's.
PREFIX = "nrrbot:"


def is_ours(text: str) -> bool:
    """Tell whether a note is the bot's own. One that somebody added a line to is theirs from then on."""
    return text.startswith(PREFIX) and all(line.startswith(PREFIX) for line in text.splitlines() if line.strip())
