"""The table of the choices that people make for themselves. Every function works in the caller's transaction."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import cast

from core.terms import LANGUAGES, Language


@dataclass(frozen=True, slots=True)
class Preferences:
    """The choices of a person; each that is empty follows their Slack.

    Attributes:
        language: the language of their answers.
        zone: the name of their time zone, as `Europe/Paris`.
        segment: the cut of a question that names none, as it is typed; empty for the whole company.

    """

    language: Language | None = None
    zone: str = ""
    segment: str = ""


def write_preferences(connection: sqlite3.Connection, team: str, person: str, preferences: Preferences) -> None:
    """Store the choices of a person, in place of the earlier ones."""
    connection.execute(
        "INSERT INTO preferences (team, person, language, zone, segment) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (team, person) DO UPDATE SET language = excluded.language, zone = excluded.zone,"
        " segment = excluded.segment",
        (team, person, preferences.language or "", preferences.zone, preferences.segment),
    )


def read_preferences(connection: sqlite3.Connection, team: str, person: str) -> Preferences:
    """Return the choices of a person; without any where they made none.

    Raises:
        ValueError: the row is damaged.

    """
    row = connection.execute(
        "SELECT language, zone, segment FROM preferences WHERE team = ? AND person = ?", (team, person)
    ).fetchone()
    if row is None:
        return Preferences()
    language, zone, segment = row["language"], row["zone"], row["segment"]
    if language not in {"", *LANGUAGES} or not isinstance(zone, str) or not isinstance(segment, str):
        raise ValueError("the choices of a person are damaged")
    return Preferences(cast("Language", language) if language else None, zone, segment)
