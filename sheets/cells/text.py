"""One cell to a text, an account id, a yes or no. Numbers are read by `sheets.numbers`, dates by `sheets.dates`.

A cell that cannot be read is no exception: it comes back as Unreadable, which names the problem's code. Nothing is
guessed: where a text has two readings and the locale does not decide, it is unreadable.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Literal, TypeVar

from core.text import INVISIBLE, PLAIN, fold
from sheets.workbook.port import Cell, Formula

T = TypeVar("T")

# What a spreadsheet shows where a formula failed or has not run yet. Excel and Google, English and French.
SHEET_ERRORS = frozenset(
    {
        *("#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#ERROR!", "#SPILL!", "#CALC!", "#BUSY!"),
        *("#VALEUR!", "#NOM?", "#NOMBRE!", "#NUL!", "#ERREUR!", "#GETTING_DATA"),
        *("Loading...", "Loading…", "Chargement...", "Chargement…"),
    }
)
# What people write where there is no id yet. Taken for one, it would add up the rows of several accounts.
NO_ID = frozenset({"-", "--", "---", "–", "—", "?", "??", "???", "n/a", "n.a.", "n/d", "s/o", "tbd", "tbc"})
YES = frozenset({"yes", "y", "true", "1", "x", "✓", "✔", "☑", "oui", "o", "vrai"})
NO = frozenset({"no", "n", "false", "0", "☐", "non", "faux"})

_LONGEST_SHOWN = 120

Order = Literal["dmy", "mdy", "ymd", ""]


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Why a cell could not be read: a code of `problems.CODES`, and what goes into its templates."""

    code: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Style:
    """How numbers and dates are written in a locale.

    Attributes:
        locale: such as `fr_FR`; empty when unknown, and then all others are empty too.
        decimal: the mark before the decimals.
        group: the mark between thousands; a plain space for every kind of space.
        order: the order of day, month and year in a date of digits.

    """

    locale: str = ""
    decimal: str = ""
    group: str = ""
    order: Order = ""


@cache
def style(locale: str) -> Style:
    """Return how numbers and dates are written in `locale`, as CLDR has it; an empty Style for an unknown one."""
    if not locale:
        return Style()
    from babel import Locale, UnknownLocaleError
    from babel.numbers import get_decimal_symbol, get_group_symbol

    try:
        known = Locale.parse(locale.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Style()
    pattern = known.date_formats["short"].pattern
    orders: dict[str, Order] = {"dMy": "dmy", "Mdy": "mdy", "yMd": "ymd"}
    order = orders.get("".join(sorted("dMy", key=pattern.find)), "")
    return Style(locale, get_decimal_symbol(known), get_group_symbol(known).translate(PLAIN), order)


def text(cell: Cell) -> str:
    """Return a cell as text: 12345.0 is "12345", a day is ISO, blanks are trimmed and spaces are single."""
    if isinstance(cell, str):
        if cell.isascii() and cell.isprintable():
            plain = " ".join(cell.split())
        else:
            plain = unicodedata.normalize("NFC", " ".join(cell.translate(INVISIBLE).split()))
        return Formula(plain) if isinstance(cell, Formula) else plain
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time.min else cell.isoformat(" ")
    return cell.isoformat() if isinstance(cell, dt.date) else str(cell)


def shown(cell: Cell) -> str:
    """Return what stands in a cell, for a report: as it was typed, shortened when it is long."""
    found = cell.translate(INVISIBLE) if isinstance(cell, str) else text(cell)
    return found if len(found) <= _LONGEST_SHOWN else f"{found[:_LONGEST_SHOWN]}…"


def is_blank(cell: Cell) -> bool:
    """Tell whether nothing stands in a cell: no value, or spaces only."""
    return cell is None or (isinstance(cell, str) and not text(cell))


def is_failed(found: str) -> bool:
    """Tell whether what `text` returned stands in place of a formula's value: its error, or the formula itself."""
    return found in SHEET_ERRORS or isinstance(found, Formula)


def read_account_id(cell: Cell) -> str:
    """Return an account id as text, leading zeros kept; empty where the cell is blank or a formula has no value.

    A number that some program wrote as the text "12345.0" is "12345". What says that there is no id, is none.
    """
    found = text(cell)
    if is_failed(found) or found.casefold() in NO_ID:
        return ""
    return found[:-2] if found.endswith(".0") and found[:-2].isdecimal() else found


def read_flag(cell: Cell) -> bool | Unreadable:
    """Return yes or no, in English or French; blank is no."""
    word = text(cell).casefold()
    if not word or word in NO:
        return False
    return True if word in YES else Unreadable("flag_unreadable")


def fold_cell(cell: Cell) -> str:
    """Return a cell folded, without signs and anything in brackets: "Quota Use (%)*" is "quota use".

    This is `core.text.fold` and one step more: headings have units, notes and marks that are no part of their meaning.
    """
    depth, kept = 0, []
    for letter in fold(text(cell)):
        depth += (letter in "([") - (letter in ")]" and depth > 0)
        if depth == 0:
            kept.append(letter if letter.isalnum() else " ")
    return " ".join("".join(kept).split())


def remember_readings(read: Callable[[Cell], T]) -> Callable[[Cell], T]:
    """Return `read` with a memory: in a column of a long tab the same few cells come again and again."""
    known: dict[tuple[type, Cell], T] = {}

    def recall(cell: Cell) -> T:
        key = (type(cell), cell)  # True, 1 and 1.0 are one key of a dict
        try:
            return known[key]
        except KeyError:
            value = known[key] = read(cell)
            return value

    return recall
