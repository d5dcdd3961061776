"""The Words tab: words and phrases of the workspace, each the name of one value of a column."""

from __future__ import annotations

import re

from core.ledger.segments import Segments
from core.query.intents.items import Words
from core.query.intents.reserved import find_reserved_part
from core.query.question import MOST_CHARACTERS
from core.query.vocabulary import LONGEST_VALUE, Filter, Vocabulary, fold_phrase
from core.text import clean_text
from sheets.cells.text import is_blank, is_failed_formula, read_text
from sheets.tabs.tab_reader import TabReader
from sheets.workbook.port import Cell

_COLUMN_AND_VALUE = re.compile(r'(?P<column>[^=:<>!]+)[=:]\s*"?(?P<value>\w[^=:<>!"]*)"?')


def read_workspace_words(reader: TabReader, segments: Segments) -> dict[str, Filter]:
    """Return word or phrase -> the value that it means, and report the tab's problems in the reader.

    Args:
        reader: the tab.
        segments: the columns and the accounts of the workbook.

    """
    columns = reader.header.columns
    vocabulary = Vocabulary(segments.askable, segments.headings)
    words = Words(vocabulary, segments.ledger.accounts.by_name)
    rows: dict[str, int] = {}
    meanings: dict[str, tuple[str, Filter]] = {}
    for row, cells in enumerate(zip(reader.cells_under("word"), reader.cells_under("means"), strict=True)):
        if all(map(is_blank, cells)):
            continue
        phrase, key = _read_phrase(cells[0])
        if not key:
            reader.report("word_unreadable", row, columns["word"], most=str(LONGEST_VALUE))
            continue
        meaning = _read_meaning(clean_text(read_text(cells[1])), vocabulary)
        if meaning is None:
            reader.report("word_meaning", row, columns["means"], example=_give_example(vocabulary))
            continue
        part = find_reserved_part(phrase, meaning, words)
        if part:
            reader.report("word_reserved", row, columns["word"], part=part)
            continue
        # A second row of a word that says the same is harmless.
        if meanings.setdefault(key, (phrase, meaning))[1] != meaning:
            first = str(reader.first_row + rows[key] + 1)
            reader.report("word_twice", row, columns["means"], row=first)
        rows.setdefault(key, row)
    return dict(meanings.values())


def _read_phrase(cell: Cell) -> tuple[str, str]:
    """Return a word or phrase and its key; the key is empty if no question can have it."""
    text = read_text(cell)
    phrase = clean_text(text)
    key = "" if is_failed_formula(text) or len(phrase) > MOST_CHARACTERS else fold_phrase(phrase)
    return phrase, key if len(key.split()) <= LONGEST_VALUE else ""


def _read_meaning(text: str, vocabulary: Vocabulary) -> Filter | None:
    """Return the one value that `Enterprise` or `Segment=Enterprise` names; None for anything else."""
    named = _COLUMN_AND_VALUE.fullmatch(text)
    dimension = vocabulary.find_dimension(named["column"]) if named else None
    if named and dimension:
        value = vocabulary.find_value(dimension, named["value"].strip())
        return Filter(dimension, value) if value is not None else None
    entry = vocabulary.find_filter(text)
    # Signs are left out of a comparison, and "!SMB" or "-SMB" is not SMB.
    return entry if entry and (text[0].isalnum() or text == entry.value) else None


def _give_example(vocabulary: Vocabulary) -> str:
    dimension, values = next(iter(vocabulary.dimensions.items()))
    return f"{vocabulary.heading(dimension)}={values[-1]}"
