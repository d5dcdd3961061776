"""Billing intervals, in English and French."""

from __future__ import annotations

import re
from fractions import Fraction

from sheets.cells.text import Unreadable, fold_cell, is_blank
from sheets.workbook.port import Cell

# Months in each unit. A year has 52 weeks, so a week is 12/52 of a month.
_MONTH, _QUARTER, _HALF, _YEAR, _WEEK = Fraction(1), Fraction(3), Fraction(6), Fraction(12), Fraction(12, 52)

_UNITS = {
    "month months mo monthly mois mensuel mensuelle mensuellement": _MONTH,
    "quarter quarters quarterly trimestre trimestres trimestriel trimestrielle": _QUARTER,
    "half halves semester semesters semestre semestres semestriel semestrielle semiannual semiannually": _HALF,
    "year years yr yearly annual annually annum an ans annee annees annuel annuelle annuellement": _YEAR,
    "week weeks weekly semaine semaines hebdo hebdomadaire": _WEEK,
}
UNITS = {word: months for words, months in _UNITS.items() for word in words.split()} | {
    **dict.fromkeys(("half year", "half years", "half yearly", "semi annual", "semi annually", "demi annee"), _HALF),
}
_SEVERAL = re.compile(
    r"(?:(?:every|each|per|par|tous les|toutes les|chaque) )?(?:([1-9]\d{0,2}) ?)?([a-z][a-z ]*)", re.ASCII
)


def read_interval(cell: Cell) -> Fraction | Unreadable:
    """Return how many months a billing interval has; blank is one month.

    Reads month, quarter, half-year, year, week and "18 months", "every 2 weeks". A number alone names no unit.
    """
    if is_blank(cell):
        return _MONTH
    match = _SEVERAL.fullmatch(fold_cell(cell))
    months = UNITS.get(match[2]) if match else None
    return months * int(match[1] or 1) if match and months else Unreadable("interval_unknown")
