"""The tab NRR Board: the last eight quarters and twelve months by segment, the bridge and a chart, of formulas alone.

The bot makes it once. From then on it belongs to people: they learn from its formulas and change them.
"""

from __future__ import annotations

from collections.abc import Sequence

from core.errors import N_
from core.ledger.segments import Segments
from core.months import Calendar
from core.sources.cuts import Cuts
from sheets.workbook.a1 import column_letters
from sheets.workbook.tables import Chart, ColumnFormat, OwnFormula, Table, Value
from sheets.writeback.lookup_keys import build_key
from sheets.writeback.metrics_tab import (
    AS_OF_NAME,
    BRIDGE,
    FRENCH_KEY_NAME,
    KEY_NAME,
    choose_key_value,
    format_dimension,
)
from sheets.writeback.translate import Translate

BOARD_TAB = "NRR Board"
QUARTERS = 8
# More values than these make a board that no page holds.
MAX_SEGMENTS = 8
# A dimension and its value; both None for the whole company.
Cut = tuple[str | None, str | None]

_RATIOS: Sequence[tuple[str, str]] = (("NRR", "NRR_NRR"), ("GRR", "NRR_GRR"))
_WIDTHS = (14, 18)
_COLUMN_WIDTH, _CHART_PIXELS, _CHART_ROWS = 14, (900, 380), 21


def build_board(cuts: Cuts, calendar: Calendar, translate: Translate) -> Table:
    """Return NRR Board: a row for each of the last eight quarters, then the twelve months, of formulas.

    The quarters follow the date in NRR_AsOf, so that the board moves on with the figures.

    Args:
        cuts: the figures; the values of the first dimension have columns.
        calendar: defines the quarters.
        translate: the language of the workbook.

    """
    shown, hidden = list_cuts(cuts)
    prefixes = [_build_prefix(cut, cuts.segments, translate) for cut in shown]
    columns: list[tuple[str, ColumnFormat, str, str]] = [
        (f"{metric} {name_cut(cut, translate)}", "percent", area, prefix)
        for cut, prefix in zip(shown, prefixes, strict=True)
        for metric, area in _RATIOS
    ]
    whole = prefixes[0]
    columns += [(translate(heading), "money", area, whole) for heading, _, area in BRIDGE if area]
    keys = FRENCH_KEY_NAME if translate.language == "fr" else KEY_NAME
    # The first row below the notice, the line under it and the headings; the row of keys comes after the figures.
    top = 4
    key_row = top + QUARTERS + 1
    rows: list[Sequence[Value]] = []
    for place in range(QUARTERS + 1):
        row = top + place
        figures = (
            OwnFormula(f"INDEX({area};MATCH({column_letters(number)}${key_row}&$B{row};{keys};0))")
            for number, (_, _, area, _) in enumerate(columns, 2)
        )
        rows.append((*_build_period(place, row, calendar, translate), *figures))
    # In separate cells: a text of the sheet is never a part of a formula.
    rows.append((None, translate(N_("Keys")), *(_escape_pattern(prefix) for _, _, _, prefix in columns)))
    width = len(columns) + 2
    note = translate(N_("Each figure is looked up in NRR Metrics by its key. #N/A: no figure; NRR Metrics says why."))
    rows += [[None] * width for _ in range(_CHART_ROWS)]
    return Table(
        BOARD_TAB,
        translate(N_("Made by nrrbot once and never overwritten: change what you like.")),
        [translate(N_("To the close of")), translate(N_("Period")), *(heading for heading, _, _, _ in columns)],
        ["date", "any", *(kind for _, kind, _, _ in columns)],
        rows,
        decimals=0,
        note_lines=[f"{note} {describe_hidden(hidden, translate)}".strip()],
        widths=[*_WIDTHS, *(_COLUMN_WIDTH for _ in columns)],
        frozen_columns=2,
        group_starts=[0, QUARTERS],
        chart=Chart(
            translate(N_("NRR and GRR by quarter, whole company")),
            QUARTERS,
            0,
            (2, 3),
            None,
            None,
            0,
            *_CHART_PIXELS,
            anchor_row=QUARTERS + 3,
        ),
        printed=(len(rows), width),
    )


def list_cuts(cuts: Cuts) -> tuple[Sequence[Cut], int]:
    """Return the whole company and the largest values of the first dimension by MRR, and how many more there are."""
    segments = cuts.segments
    dimension = next(iter(segments.dimensions), None)
    if dimension is None:
        return [(None, None)], 0
    values, levels = segments.dimensions[dimension], cuts.split_close((), dimension, segments.ledger.last)
    # Of equal sums the first of the sheet; the shown ones are in the order of the sheet.
    largest = set(sorted(values, key=lambda value: -levels[value][0])[:MAX_SEGMENTS])
    shown: list[Cut] = [(None, None), *((dimension, value) for value in values if value in largest)]
    return shown, len(values) - len(largest)


def name_cut(cut: Cut, translate: Translate) -> str:
    """Return the name of a cut: the whole company, or a value as it is shown."""
    heading, value = format_dimension(*cut, str, translate)
    return value or heading


def describe_hidden(hidden: int, translate: Translate) -> str:
    """Return that some values have no place on the board; empty if all have one."""
    return translate(N_("Not shown: {count} more, with less MRR each."), count=hidden) if hidden else ""


def _build_prefix(cut: Cut, segments: Segments, translate: Translate) -> str:
    """Return the beginning of a key as the key column of the workbook's language has it."""
    dimension, value = cut
    if dimension is None or value is None or translate.language != "fr":
        return build_key(dimension, value, "")
    return build_key(dimension, choose_key_value(value, name_cut(cut, translate), segments.askable[dimension]), "")


def _escape_pattern(key: str) -> str:
    """Return a key in which no character is a pattern when it is looked up."""
    for letter in "~*?":
        key = key.replace(letter, f"~{letter}")
    return key


def _build_period(place: int, row: int, calendar: Calendar, translate: Translate) -> tuple[Value, Value]:
    """Return the formulas of the close and of the name of a period: the quarters, the oldest first, then the year."""
    if place == QUARTERS:
        month = f'YEAR($A{row})&"-"&RIGHT("0"&MONTH($A{row});2)'
        word = translate(N_("TTM {month}"), month="")
        return OwnFormula(AS_OF_NAME), OwnFormula(f'"{word}"&{month}')
    first = calendar.first_month
    since_quarter = f"MOD(MOD(MONTH({AS_OF_NAME})-{first};12)+1;3)"
    close = f"EOMONTH({AS_OF_NAME};-{since_quarter}-{3 * (QUARTERS - 1 - place)})"
    number = f"(INT(MOD(MONTH($A{row})-{first};12)/3)+1)"
    year = f"YEAR($A{row})" if first == 1 else f"(YEAR($A{row})+IF(MONTH($A{row})<{first};0;1))"
    letter = translate(N_("Q{number} {year}"), number="", year="").strip()
    return OwnFormula(close), OwnFormula(f'"{letter}"&{number}&" "&{year}')
