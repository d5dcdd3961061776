"""Total rows and columns by their words: "Total", "Sous-total Enterprise", "Totals 2025", "FY"."""

from __future__ import annotations

import re
from typing import NamedTuple

from sheets.cells.dates import read_month
from sheets.cells.text import LocaleFormat, fold_cell
from sheets.workbook.port import Cell, Formula

_TOTALS = frozenset({"total", "totals", "totaux", "sum", "somme"})
# In a column of products, plans or the like, these head the total of an account.
_ALL_LINES = re.compile(
    r"(?:all|combined|tous|toutes|ensemble)|all (?:products|plans|lines|items|services|modules|subscriptions)"
    r"|(?:tous|toutes)(?: les| nos)? (?:produits|offres|lignes|services|modules|abonnements)|(?:compte|client) complet"
)
# A row with one of these is a total, whatever else it says: no company has such a name.
_SUBTOTAL = re.compile(r"(?:.+ )?(?:sub ?totals?|sous (?:total|totaux)|grand totals?|s total)(?: .+)?")
# These words describe the amounts that are added up; none of them is a company's name.
_FILLERS = frozenset(
    {
        *("mrr", "arr", "revenue", "amount", "accounts", "customers", "clients", "overall", "general", "monthly"),
        *("all", "of", "per", "by", "the", "for", "month", "year", "quarter", "excl", "incl", "vat", "tax", "net"),
        *("comptes", "revenus", "revenu", "montant", "mensuel", "tous", "toutes", "de", "du", "des", "les", "la", "le"),
        *("par", "mois", "annee", "trimestre", "ht", "ttc", "abonnements", "subscriptions", "generaux", "global"),
    }
)
# The total of a year, at the head of a column: "FY", "FY 2025", "2026 YTD".
_YEAR_TOTAL = re.compile(r"(?:fy|ytd|full year)(?: ?\d\d(?:\d\d)?)?|(?:19|20)\d\d (?:fy|ytd)")
_PERIOD = re.compile(r"(?:19|20)\d\d|[qt][1-4]")
# A sum of the cell's own column, in a file that no spreadsheet program has computed yet.
_COLUMN_SUM = re.compile(
    r"=\+?(?:SUM|SUBTOTAL|AGGREGATE|SOMME)\((?:\d+[,;]){0,2}\$?([A-Z]+)\$?\d+:\$?\1\$?\d+\)", re.ASCII
)


class TotalHeading(NamedTuple):
    """The heading of a row that may be a total.

    Attributes:
        certain: True if the words have no other meaning.
        subject: the group that may be added up, folded: "enterprise" of "Total Enterprise", "energies" of "Total
            Energies".

    """

    certain: bool
    subject: str


def read_total_heading(heading: str) -> TotalHeading | None:
    """Return the meaning of a text as the heading of a total row; None if it cannot be one."""
    lower = heading.casefold()
    if "tot" not in lower and "sum" not in lower and "somme" not in lower:  # nearly all of a long tab's IDs
        return None
    folded = fold_cell(heading) or fold_cell(heading.strip("()[] "))
    if _SUBTOTAL.fullmatch(folded):
        return TotalHeading(certain=True, subject="")
    first, *others = folded.split() or [""]
    # "Total Enterprise" and "Enterprise total" are the same heading.
    if first not in _TOTALS:
        if not others or others[-1] not in {"total", "totals"}:
            return None
        others = [first, *others[:-1]]
    # Only a word that is neither a filler nor a period can be part of a company's name.
    subject = [word for word in others if word not in _FILLERS and not _PERIOD.fullmatch(word)]
    certain = not subject or read_month(" ".join(others), LocaleFormat()) is not None
    return TotalHeading(certain, " ".join(subject))


def read_line_total(text: str) -> TotalHeading | None:
    """Return the meaning of a product, plan or the like as the total of an account's lines; None if it is a line."""
    return TotalHeading(certain=True, subject="") if _ALL_LINES.fullmatch(fold_cell(text)) else read_total_heading(text)


def read_total_column(heading: str) -> TotalHeading | None:
    """Return the meaning of a text as the heading of a total column; None if it cannot be one."""
    is_year_total = _YEAR_TOTAL.fullmatch(fold_cell(heading)) is not None
    return TotalHeading(certain=True, subject="") if is_year_total else read_total_heading(heading)


def is_sum_formula(cell: Cell) -> bool:
    """Tell whether a cell holds a formula that adds up its own column and was never computed."""
    return isinstance(cell, Formula) and bool(_COLUMN_SUM.fullmatch(cell.replace(" ", "")))
