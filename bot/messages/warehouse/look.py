"""How the tables of a warehouse are read, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from bot.locale.translator import Translator
from bot.messages.kit.columns import WIDE, align_columns
from bot.messages.kit.parts import Grid
from bot.messages.kit.sentences import count_excluded
from bot.messages.status.look import build_totals_json, describe_examples, describe_totals
from core.errors import N_
from core.ledger.segments import DERIVED
from core.months import Month

if TYPE_CHECKING:
    from sheets.warehouse.inspection.look import Meaning, TableLook, WarehouseLook

_MEANINGS: Mapping[Meaning, str] = {
    "account": N_("account"),
    "month": N_("month"),
    "amount": N_("amount, in minor units of the account's currency"),
    "currency": N_("currency"),
    "consumer": N_("1 for a consumer"),
    "name": N_("name"),
    "from month": N_("month from which the row applies"),
    "rate": N_("minor units of {currency} for one minor unit"),
    "same as": N_("account that it counts as"),
    "segment": N_("segment"),
    "": N_("not read"),
}
_MONTHS: tuple[Meaning, ...] = ("month", "from month")


def describe_warehouse_look(look: WarehouseLook, translate: Translator) -> str:
    """Return how the tables are read: each table, the columns that are no segments, the totals."""
    recognition = look.recognition
    paragraphs = [
        translate(
            N_("{engine}: figures in {currency}, from {first} to {last}. Segments: {dimensions}."),
            engine=look.engine,
            currency=recognition.currency.code,
            first=recognition.first,
            last=recognition.through,
            dimensions=", ".join(recognition.dimensions),
        )
    ]
    paragraphs += [_describe_table(table, look, translate) for table in look.tables]
    if recognition.incomplete:
        statement = N_(
            "{months}: under half of the accounts with MRR before have a row. These months are not read, as they would "
            "look like churn."
        )
        paragraphs.append(translate(statement, months=", ".join(map(translate.format_month, recognition.incomplete))))
    rows = describe_examples(look.totals, translate)
    if rows:
        paragraphs.append("\n".join((translate(N_("As read:")), *(f"  {row}" for row in rows))))
    totals = [describe_totals(look.totals, recognition.currency.code, translate)]
    if look.excluded:
        totals.append(count_excluded(look.excluded, translate))
    paragraphs.append(" ".join(totals))
    return "\n\n".join(paragraphs)


def _describe_table(table: TableLook, look: WarehouseLook, translate: Translator) -> str:
    """Return a table: its place and number of rows, then each column with its meaning and first cells."""
    place = table.place or translate(N_("a query"))
    count = translate.plural(N_("{count} row"), N_("{count} rows"), table.rows)
    first = translate(N_("{table}: {place}, {count}"), table=f"warehouse.{table.table}", place=place, count=count)
    rows = [[name, meaning, *cells] for name, meaning, cells in _list_columns(table, look, translate)]
    if not rows:
        return first
    return "\n".join((first, align_columns(Grid(rows, "ll" + "l" * len(table.examples)), WIDE)))


def _list_columns(table: TableLook, look: WarehouseLook, translate: Translator) -> Iterator[tuple[str, str, list[str]]]:
    for place, (name, meaning) in enumerate(table.meanings.items()):
        text = translate(_MEANINGS[meaning], currency=look.recognition.currency.code)
        is_told = table.table == "accounts" or (table.table == "history" and name in DERIVED)
        reason = look.recognition.passed_over.get(name) if is_told else None
        if reason:
            text = translate(N_("{meaning}: {reason}"), meaning=text, reason=reason)
        yield name, text, [_format_cell(row[place], meaning, translate) for row in table.examples]


def _format_cell(cell: object, meaning: Meaning, translate: Translator) -> str:
    if cell is None:
        return "-"
    if meaning in _MONTHS and isinstance(cell, int) and 0 < cell < 12 * 9999:
        return translate(N_("{number}, {month}"), number=cell, month=Month(cell))
    return str(cell)


def build_warehouse_look_json(look: WarehouseLook, translate: Translator) -> dict[str, Any]:
    """Return the same as JSON; money in minor units."""
    recognition = look.recognition
    return {
        "engine": look.engine,
        "currency": recognition.currency.code,
        "first": str(recognition.first),
        "data_through": str(recognition.through),
        "months_incomplete": list(map(str, recognition.incomplete)),
        "dimensions": list(recognition.dimensions),
        "tables": [
            {
                "table": table.table,
                "name": table.place or None,
                "rows": table.rows,
                "columns": [{"column": name, "meaning": meaning or None} for name, meaning in table.meanings.items()],
                "examples": [
                    {name: _to_json(cell) for name, cell in zip(table.meanings, row, strict=True)}
                    for row in table.examples
                ],
            }
            for table in look.tables
        ],
        "passed_over": {name: translate.format_sentence(reason) for name, reason in recognition.passed_over.items()},
        "totals": build_totals_json(look.totals),
        "excluded_accounts": look.excluded,
    }


def _to_json(cell: object) -> object:
    return cell if cell is None or isinstance(cell, bool | int | str) else str(cell)
