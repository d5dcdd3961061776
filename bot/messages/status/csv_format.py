"""CSV as people expect it when they open it: amounts in units, the reader's decimal mark and separator, words.

A byte order mark comes first, without which Excel reads the accents of UTF-8 as other letters. Texts are in quotation
marks, numbers are not. JSON stays as it is.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Any, TextIO

from bot.locale.translator import Translator
from bot.messages.kit.message import Attachment, Message
from core.errors import N_
from core.money import Currency, to_units
from core.text import fold, neutralise_formulas

Row = Mapping[str, Any]
Path = tuple[str, ...]

# An ID such as 00123 is a text.
_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?", re.ASCII)
# The keys of amounts in minor units, with those that end with `_mrr`. Below _COUNTS the same names are counts.
_MONEY = frozenset(
    {
        *("mrr", "arr", "average_arr", "fx_effect", "reclassified", "change", "amount", "change_12_months"),
        *("expansion", "contraction", "churn", "new", "reactivation", "gained", "lost"),
        *("price", "volume", "new_products", "discounts", "removed_products", "price_or_volume"),
        *("kept_so_far", "nrr_mrr_needed", "grr_mrr_room", "starting_change", "kept_change"),
    }
)
# Characters of the name of a file.
_NAME_LIMIT = 60
_COUNTS = frozenset({"accounts", "with", "without"})


def build_csv_message(rows: Sequence[Row], question: str, currency: Currency, translate: Translator) -> Message:
    """Return the message that comes with the rows of an answer as a file.

    Args:
        rows: the rows.
        question: the question, `/nrr enterprise Q3`, of which the file has its name.
        currency: the currency of the amounts.
        translate: the reader's language.

    """
    name = re.sub(r"[^a-z0-9]+", "-", fold(question)).strip("-")[:_NAME_LIMIT] or "nrr"
    title = translate.plural(
        N_("{count} row of “{question}”"), N_("{count} rows of “{question}”"), len(rows), question=question.strip()
    )
    text = translate(N_("{title}: the CSV is in your messages with nrrbot."), title=title)
    return Message(text, file=Attachment(f"{name}.csv", title, CsvFormat(currency, translate).format(rows)))


@dataclass(frozen=True, slots=True)
class _Number:
    """A number as it is written; a blank cell too. The writer of csv quotes everything that is no number."""

    text: str = ""

    def __str__(self) -> str:
        return self.text

    def __float__(self) -> float:
        return float(self.text)


@dataclass(frozen=True, slots=True)
class CsvFormat:
    """The reader's format.

    Attributes:
        currency: the currency of the amounts.
        translate: the reader's language.

    """

    currency: Currency
    translate: Translator

    def format(self, rows: Sequence[Row]) -> str:
        """Return the text of a file with some rows, under the keys of all of them."""
        file = StringIO()
        self.write(list_row_keys(rows), rows, file)
        return file.getvalue()

    @property
    def separator(self) -> str:
        """The mark between cells: a semicolon where the comma is the decimal mark."""
        return ";" if self._decimal_mark == "," else ","

    @property
    def _decimal_mark(self) -> str:
        return self.translate.decimal_mark

    def write(self, keys: Sequence[str], rows: Iterable[Row], file: TextIO) -> None:
        """Write a line of headings, then a line per row."""
        file.write("\N{BYTE ORDER MARK}")
        writer = csv.writer(file, delimiter=self.separator, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)
        writer.writerow(map(neutralise_formulas, keys))
        for row in rows:
            flat = {"_".join(path): self._format_cell(path, value) for path, value in flatten_row(row)}
            writer.writerow(flat.get(key, _Number()) for key in keys)

    def _format_cell(self, path: Path, value: object) -> object:
        if isinstance(value, bool):
            return self.translate(N_("yes")) if value else self.translate(N_("no"))
        if isinstance(value, int):
            name = next(key for key in reversed(path) if not key.isdecimal())
            is_money = (name in _MONEY or name.endswith("_mrr")) and _COUNTS.isdisjoint(path)
            return self._localise(f"{to_units(value, self.currency.exponent):f}") if is_money else value
        if isinstance(value, str):
            return self._localise(value) if _NUMBER.fullmatch(value) else neutralise_formulas(value)
        return _Number() if value is None else value

    def _localise(self, number: str) -> _Number:
        return _Number(number.replace(".", self._decimal_mark))


def list_row_keys(rows: Iterable[Row]) -> tuple[str, ...]:
    """Return the keys of all rows: one may be missing from some of them."""
    return tuple(dict.fromkeys("_".join(path) for row in rows for path, _ in flatten_row(row)))


def flatten_row(row: Row, prefix: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield (keys from the outside in, value) of each value of a row.

    Texts of a list are one value; all other members of a list are numbered, counted from 1.
    """
    for key, value in row.items():
        path = (*prefix, key)
        if isinstance(value, Mapping):
            yield from flatten_row(value, path)
        elif isinstance(value, list | tuple):
            if all(isinstance(entry, str) for entry in value):
                yield path, "; ".join(value)
            else:
                yield from flatten_row({str(number): entry for number, entry in enumerate(value, 1)}, path)
        else:
            yield path, value
