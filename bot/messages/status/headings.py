"""The headings of a tab and their meanings, like columns on one line."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import groupby

from bot.locale.translator import Translator
from bot.messages.kit.sentences import count_accounts
from core.errors import N_
from core.months import Month, month_names
from core.text import fold
from sheets.headers.headings import HEADINGS, HeadingMeaning, name_heading, name_heading_in

# The most headings of a tab that a message lists.
_MOST_STORED = 40
# More runs of columns than this are shortened to the first and the last.
_FEW_RUNS = 3


def list_heading_rows(
    headings: Sequence[HeadingMeaning], last: Month | None, translate: Translator
) -> list[tuple[str, str, str]]:
    """Return (columns, heading, meaning) of the headings of a tab; like columns are one row, wherever they are.

    Args:
        headings: the headings, from left to right.
        last: the last close that was read; months after it are not read yet. None without one.
        translate: the language.

    """
    kinds: dict[tuple[str, str], list[tuple[int, HeadingMeaning]]] = {}
    for place, heading in enumerate(headings):
        kinds.setdefault(_find_kind(heading, last), []).append((place, heading))
    return [
        (_list_columns(members, translate), _join_ends([heading.heading for _, heading in members]), meaning)
        for (kind, _), members in kinds.items()
        for meaning in [_name_meaning(kind, [heading for _, heading in members], translate)]
    ]


def describe_stored_headings(
    headings: Mapping[str, str], segments: Collection[str], last: Month, translate: Translator
) -> str:
    """Return the headings of a tab and their meanings on one line, from what a snapshot keeps of them.

    Args:
        headings: a key of each heading, or its month or words -> the heading as the sheet had it.
        segments: the keys of the columns that are segments.
        last: the last close that was read.
        translate: the language.

    """
    meanings = []
    for name, heading in headings.items():
        meaning = "segment" if name in segments or heading.casefold() in segments else ""
        meaning = meaning or (name_heading(name) if name in HEADINGS else name if _read_month(name) else "")
        meanings.append(HeadingMeaning(heading, heading, meaning))
    rows = list_heading_rows(meanings, last, translate)
    texts = [f"{heading} = {meaning}" for _, heading, meaning in rows]
    return ", ".join(texts if len(texts) <= _MOST_STORED else [*texts[:_MOST_STORED], "..."])


def _find_kind(heading: HeadingMeaning, last: Month | None) -> tuple[str, str]:
    """Return the meaning of a heading without its month, and the words in which it differs from like ones."""
    month = _read_month(heading.meaning)
    if month:
        return ("month" if last is None or month <= last else "later month"), ""
    if heading.meaning == "account":
        return "account", ""
    if heading.meaning:
        return heading.meaning, heading.column
    # Columns that differ in their period only, such as a budget for each month, are like columns.
    months = month_names()
    words = fold(heading.heading).replace("-", " ").replace("/", " ").replace(".", " ").split()
    plain = [word for word in words if word not in months and not any(map(str.isdigit, word))]
    return "", " ".join(plain)


def _list_columns(members: Sequence[tuple[int, HeadingMeaning]], translate: Translator) -> str:
    """Return the letters of columns, such as "B to AK" or "B, D to F, H"; of many runs the first and the last."""
    runs = []
    for _, group in groupby(enumerate(members), lambda entry: entry[1][0] - entry[0]):
        columns = [heading.column for _, (_, heading) in group]
        if len(columns) == 1:
            runs.append(columns[0])
        else:
            runs.append(translate(N_("{first} to {last}"), first=columns[0], last=columns[-1]))
    return ", ".join(runs) if len(runs) <= _FEW_RUNS else f"{runs[0]}, {runs[1]} ... {runs[-1]}"


def _join_ends(texts: Sequence[str]) -> str:
    return f"{texts[0]} .. {texts[-1]}" if len(texts) > 1 else texts[0]


def _name_meaning(kind: str, headings: Sequence[HeadingMeaning], translate: Translator) -> str:
    count = len(headings)
    if kind == "account":
        return count_accounts(count, translate)
    if kind in ("month", "later month"):
        months = [Month.parse(heading.meaning) for heading in headings]
        period = translate.format_month(months[0])
        if count > 1:
            period = translate(N_("{first} to {last}"), first=months[0], last=months[-1])
        if kind == "later month":
            return translate(N_("{period}, not read yet"), period=period)
        return translate(N_("amounts of {period}"), period=period)
    if kind == "segment":
        return translate(N_("a segment"))
    if kind:
        return name_heading_in(kind, translate.language)
    if count > 1:
        return translate(N_("not read, {count} columns"), count=translate.format_count(count))
    return translate(N_("not read"))


def _read_month(meaning: str) -> Month | None:
    try:
        return Month.parse(meaning)
    except ValueError:
        return None
