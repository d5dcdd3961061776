"""One cell to a text, an account ID, a yes or no; and the format of numbers and dates in the workbook's locale.

A cell that cannot be read raises nothing: the result is an UnreadableCell with the code of the problem. Nothing is
guessed: a text with two readings is unreadable unless the locale decides.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Literal, TypeVar

from core.text import INVISIBLE, PLAIN, fold
from sheets.workbook.port import Cell, Formula

T = TypeVar("T")

# The cells of formulas that Google has not computed yet.
LOADING = frozenset({"Loading...", "Loading…", "Chargement...", "Chargement…"})
# The cells of formulas that failed or have not run yet, in Excel and Google, English and French.
SHEET_ERRORS = frozenset(
    {
        *("#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#ERROR!", "#SPILL!", "#CALC!", "#BUSY!"),
        *("#VALEUR!", "#NOM?", "#NOMBRE!", "#NUL!", "#ERREUR!", "#GETTING_DATA"),
        *LOADING,
    }
)
# Placeholders for a missing ID. Read as an ID, one would add up the rows of several accounts.
NO_ID = frozenset({"-", "--", "---", "–", "—", "?", "??", "???", "n/a", "n.a.", "n/d", "s/o", "tbd", "tbc"})
YES = frozenset({"yes", "y", "true", "1", "x", "✓", "✔", "☑", "oui", "o", "vrai"})
NO = frozenset({"no", "n", "false", "0", "☐", "non", "faux"})

_LONGEST_SHOWN = 120
# Between two words of camel case: before the capital of "startDate", and before the last capital of "MRRAmount".
_WORD_BREAK = re.compile(r"(?<=[a-zà-ÿ])(?=[A-ZÀ-Þ])|(?<=[A-ZÀ-Þ])(?=[A-ZÀ-Þ][a-zà-ÿ])")

# The marks before decimals and between thousands, where they are all that is known of a locale.
MARK_LOCALES: Mapping[str, tuple[str, str]] = {"decimal point": (".", ","), "decimal comma": (",", ".")}

DateOrder = Literal["dmy", "mdy", "ymd", ""]


@dataclass(frozen=True, slots=True)
class UnreadableCell:
    """A cell that could not be read.

    Attributes:
        code: a key of `problems.CODES`.
        values: the values for the templates of the code.

    """

    code: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LocaleFormat:
    """The format of numbers and dates in a locale.

    Attributes:
        locale: such as `fr_FR`; empty if unknown, and then all other attributes are empty too.
        decimal: the mark before the decimals.
        group: the mark between thousands; a plain space for every kind of space.
        order: the order of day, month and year in a date of digits; empty if both orders are possible.

    """

    locale: str = ""
    decimal: str = ""
    group: str = ""
    order: DateOrder = ""


@cache
def load_locale_format(locale: str) -> LocaleFormat:
    """Return the format of numbers and dates in `locale`, from CLDR; an empty one for an unknown locale.

    "decimal point" and "decimal comma" are the locales of which only the marks are known.
    """
    if not locale:
        return LocaleFormat()
    if locale in MARK_LOCALES:
        return LocaleFormat(locale, *MARK_LOCALES[locale])
    from babel import Locale, UnknownLocaleError
    from babel.numbers import get_decimal_symbol, get_group_symbol

    try:
        known = Locale.parse(locale.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return LocaleFormat()
    pattern = known.date_formats["short"].pattern
    orders: dict[str, DateOrder] = {"dMy": "dmy", "Mdy": "mdy", "yMd": "ymd"}
    order = orders.get("".join(sorted("dMy", key=pattern.find)), "")
    return LocaleFormat(locale, get_decimal_symbol(known), get_group_symbol(known).translate(PLAIN), order)


def read_text(cell: Cell) -> str:
    """Return a cell as text: 12345.0 is "12345", a day is in ISO format, spaces are trimmed and single."""
    if isinstance(cell, str):
        if cell.isascii() and cell.isprintable():
            if " " not in cell:
                return cell
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


def shorten_cell(cell: Cell) -> str:
    """Return the content of a cell as it was typed, shortened if it is long, for a report of a problem."""
    content = cell.translate(INVISIBLE) if isinstance(cell, str) else read_text(cell)
    return content if len(content) <= _LONGEST_SHOWN else f"{content[:_LONGEST_SHOWN]}…"


def is_blank(cell: Cell) -> bool:
    """Tell whether a cell is blank: no value, or spaces only."""
    return cell is None or (isinstance(cell, str) and not read_text(cell))


def is_failed_formula(content: str) -> bool:
    """Tell whether a result of `read_text` is an error of a formula, or a formula that was never computed."""
    return content in SHEET_ERRORS or isinstance(content, Formula)


def read_account_id(cell: Cell) -> str:
    """Return an account ID as text, with its leading zeros; empty if the cell is blank or its formula has no value.

    The text "12345.0", as some programs write a number, is "12345". A placeholder such as "n/a" is no ID.
    """
    account = read_text(cell)
    if is_failed_formula(account) or account.casefold() in NO_ID:
        return ""
    return account[:-2] if account.endswith(".0") and account[:-2].isdecimal() else account


def read_flag(cell: Cell) -> bool | UnreadableCell:
    """Return yes or no, in English or French; blank is no."""
    word = read_text(cell).casefold()
    if not word or word in NO:
        return False
    return True if word in YES else UnreadableCell("flag_unreadable")


def fold_cell(cell: Cell) -> str:
    """Return a cell folded, without signs and anything in brackets: "Quota Use (%)*" is "quota use".

    This is `core.text.fold` and one step more: headings have units, notes and marks that are no part of their meaning.
    """
    return _fold_text(read_text(cell))


# The headings of a tab are folded some hundred times.
@lru_cache(maxsize=4096)
def _fold_text(text: str) -> str:
    depth, kept = 0, []
    for letter in fold(text):
        depth += (letter in "([") - (letter in ")]" and depth > 0)
        if depth == 0:
            kept.append(letter if letter.isalnum() else " ")
    return " ".join("".join(kept).split())


def fold_heading(cell: Cell) -> str:
    """Return a heading folded like `fold_cell`, with the words of camel case apart: "startDate" is "start date".

    An abbreviation stays whole: "MRRAmount" is "mrr amount", "CustomerID" is "customer id".
    """
    return fold_cell(split_camel_case(read_text(cell)))


def split_camel_case(text: str) -> str:
    """Return a text with a space between the words of camel case: "startDate" is "start Date"."""
    return _WORD_BREAK.sub(" ", text)


def remember_readings(read: Callable[[Cell], T]) -> Callable[[Cell], T]:
    """Return `read` with a memory of its results: a column of a long tab repeats a few cells."""
    known: dict[tuple[type, Cell], T] = {}

    def recall(cell: Cell) -> T:
        key = (type(cell), cell)  # True, 1 and 1.0 are one key of a dict
        try:
            return known[key]
        except KeyError:
            value = known[key] = read(cell)
            return value

    return recall
