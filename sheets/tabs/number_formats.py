"""The number formats of a tab's amounts: the currency of each cell, and words of a unit that all of them show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from core.errors import N_, WorkbookLayoutError
from sheets.cells.currency_words import read_format_literals
from sheets.cells.text import is_blank
from sheets.cells.units import THOUSAND, UnitWords, read_unit_words
from sheets.tabs.tab_reader import TabReader
from sheets.workbook.port import FormatRun


def list_formats(reader: TabReader, columns: Sequence[int]) -> Iterator[FormatRun]:
    """Yield the number formats of `columns` below the header row; rows are counted from the first of these."""
    among, height = frozenset(columns), len(reader.body)
    for run in reader.grid.formats:
        top, bottom = max(run.top - reader.first_row, 0), min(run.bottom - reader.first_row, height)
        if run.column in among and top < bottom:
            yield FormatRun(run.column, top, bottom, run.code)


def list_format_words(reader: TabReader, columns: Sequence[int]) -> Iterator[tuple[str, tuple[int, int], UnitWords]]:
    """Yield (literal text, cell, words) of the number formats that show a unit, such as `0.0"k€"`.

    Raises:
        WorkbookLayoutError: some amounts are shown with such a unit and others without it.

    """
    runs = [(run, _read_words(run.code)) for run in list_formats(reader, columns)]
    with_units = [(run, words) for run, words in runs if words.scales or words.periods]
    if not with_units:
        return
    plain = _find_amount_without(reader, columns, [run for run, _ in with_units])
    if plain:
        raise WorkbookLayoutError(
            N_("The number formats of the tab “{tab}” show some amounts with “{text}” and others without it."),
            N_("Give all amounts one number format, or name their unit in the config: workbook.unit."),
            tab=reader.title,
            text=read_format_literals(with_units[0][0].code)[1],
        )
    for run, words in with_units:
        yield read_format_literals(run.code)[1], (run.top, run.column), words


@lru_cache(maxsize=1024)
def _read_words(code: str) -> UnitWords:
    _, text, commas = read_format_literals(code)
    words = read_unit_words(text, is_heading=True)
    # A comma after the digits shows 12,500 as 12.5: then the "k" is of the display, and the value is whole.
    scales = frozenset(scale / THOUSAND**commas for scale in words.scales)
    return replace(words, scales=frozenset(scale for scale in scales if scale != 1))


def _find_amount_without(reader: TabReader, columns: Sequence[int], runs: Sequence[FormatRun]) -> bool:
    """Tell whether a number in `columns` has none of the formats `runs`."""
    for column in columns:
        cells = reader.cells_in(column)
        covered = {row for run in runs if run.column == column for row in range(run.top, run.bottom)}
        for row, cell in enumerate(cells):
            if row not in covered and not isinstance(cell, str | bool) and not is_blank(cell):
                return True
    return False
