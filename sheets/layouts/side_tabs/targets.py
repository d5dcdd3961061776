"""The Targets tab: the yearly NRR and GRR targets of the whole company and of segments."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from sheets.cells.numbers import read_share
from sheets.cells.text import fold_cell, is_blank, read_text
from sheets.tabs.tab_reader import TabReader
from sheets.workbook.port import Cell

TARGET_METRICS = {"nrr": "nrr", "ndr": "nrr", "grr": "grr", "gdr": "grr"}
WHOLE_COMPANY = frozenset({"", "all", "total", "company", "whole company", "tout", "tous", "entreprise", "ensemble"})
# Up to the first a number is a ratio (1.1), from the second on a percentage (110). No target is between the two.
_RATIO_TO, _PERCENT_FROM = 3, 30


def read_targets(reader: TabReader, values: Sequence[str]) -> dict[tuple[str, str], Fraction]:
    """Return the targets, (segment or empty, `nrr` or `grr`) -> ratio, and report the tab's problems in the reader.

    Args:
        reader: the tab.
        values: the segments, in the spelling of the workbook.

    """
    columns = reader.header.columns
    spellings = {fold_cell(value): value for value in values}
    targets: dict[tuple[str, str], Fraction] = {}
    lines = zip(*(reader.cells_under(key) for key in ("segment", "metric", "target")), strict=True)
    for row, (segment_cell, metric_cell, target_cell) in enumerate(lines):
        if is_blank(target_cell):
            continue
        word, metric, target = (
            fold_cell(segment_cell),
            TARGET_METRICS.get(fold_cell(metric_cell)),
            _read_ratio(reader, target_cell),
        )
        segment = "" if word in WHOLE_COMPANY else spellings.get(word)
        # All three cells are checked, so that one sync reports all that is wrong in a line.
        if segment is None:
            reader.report("target_segment", row, columns["segment"], known=", ".join(values))
        if metric is None:
            reader.report("target_metric", row, columns["metric"])
        if target is None:
            reader.report("target_unreadable", row, columns["target"])
        if segment is None or metric is None or target is None:
            continue
        if (segment, metric) in targets:
            name = read_text(segment_cell) or reader.header.heading(columns["target"])
            reader.report("target_twice", row, columns["target"], segment=name)
            continue
        targets[segment, metric] = target
    return targets


def _read_ratio(reader: TabReader, cell: Cell) -> Fraction | None:
    value = read_share(cell, reader.locale_format, 1000)
    if not isinstance(value, Decimal) or value <= 0:
        return None
    if value <= _RATIO_TO:
        return Fraction(value)
    return Fraction(value) / 100 if value >= _PERCENT_FROM else None
