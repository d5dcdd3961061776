"""The Targets tab: the yearly NRR and GRR to aim at, for the whole company and for segments."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from sheets.cells.numbers import read_share
from sheets.cells.text import fold_cell, is_blank, text
from sheets.tabs.tab_reader import TabReader
from sheets.workbook.port import Cell

METRICS = {"nrr": "nrr", "ndr": "nrr", "grr": "grr", "gdr": "grr"}
WHOLE = frozenset({"", "all", "total", "company", "whole company", "tout", "tous", "entreprise", "ensemble"})
# Up to this a number is a ratio (1.1), from the other on it is per cent (110). Nobody aims at what lies between.
_RATIO_TO, _PERCENT_FROM = 3, 30


def read_targets(reader: TabReader, values: Sequence[str]) -> dict[tuple[str, str], Fraction]:
    """Return what the tab aims at, (segment or empty, `nrr` or `grr`) -> ratio, and note its problems in the reader.

    Args:
        reader: of the tab.
        values: the segments that there are, as they are spelled.

    """
    columns = reader.header.columns
    spelled = {fold_cell(value): value for value in values}
    found: dict[tuple[str, str], Fraction] = {}
    for row, cells in enumerate(zip(*(reader.named(key) for key in ("segment", "metric", "target")), strict=True)):
        if is_blank(cells[2]):
            continue
        word, metric, target = fold_cell(cells[0]), METRICS.get(fold_cell(cells[1])), _ratio(reader, cells[2])
        segment = "" if word in WHOLE else spelled.get(word)
        if segment is None:
            reader.report("target_segment", row, columns["segment"], known=", ".join(values))
        if metric is None:
            reader.report("target_metric", row, columns["metric"])
        if target is None:
            reader.report("target_unreadable", row, columns["target"])
        if segment is None or metric is None or target is None:
            continue
        if (segment, metric) in found:
            name = text(cells[0]) or reader.header.heading(columns["target"])
            reader.report("target_twice", row, columns["target"], segment=name)
            continue
        found[segment, metric] = target
    return found


def _ratio(reader: TabReader, cell: Cell) -> Fraction | None:
    value = read_share(cell, reader.style, 1000)
    if not isinstance(value, Decimal) or value <= 0:
        return None
    if value <= _RATIO_TO:
        return Fraction(value)
    return Fraction(value) / 100 if value >= _PERCENT_FROM else None
