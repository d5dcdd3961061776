"""The targets and the distance to them, as a message."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.locale.translator import Translator
from bot.messages.kit.blocks import TABLE_ROWS
from bot.messages.kit.layout import render
from bot.messages.kit.message import Message
from bot.messages.kit.parts import Grid, Headline, MessagePart, Note, Paragraph
from bot.messages.kit.provenance import describe_reservations, describe_usage_months
from bot.messages.kit.sentences import format_ratio, format_short_ratio, name_value
from core.advice.assessment import AimSource
from core.errors import N_
from core.outlook.targets import Row, TargetBoard, TargetStatus

SHOWN = TABLE_ROWS - 1
_SOURCES: Mapping[AimSource, str] = {
    "segment": N_("From the tab Targets, own row: {names}."),
    "company": N_("From the tab Targets, row of the whole company: {names}."),
    "config": N_("From the config, as the tab Targets has no row for it: {names}."),
    "range": N_("No target, so the lower edge of its range: {names}."),
}


def build_targets_message(board: TargetBoard, translate: Translator) -> Message:
    """Return the table: for each segment the twelve months, the targets, the distance, and the MRR still to gain."""
    return render(list(_build_parts(board, translate)))


def _build_parts(board: TargetBoard, translate: Translator) -> Iterator[MessagePart]:
    company, currency = board.rows[0], board.ledger.currency
    yield Headline(_write_headline(company, translate))
    rows = board.rows[:SHOWN]
    headings = [translate(N_("segment")), translate(N_("NRR / aim")), translate(N_("GRR / aim"))]
    end = board.ends[-1]
    month = translate.format_short_month(end)
    headings += [
        translate(N_("to gain by {month}"), month=month),
        translate(N_("may be lost by {month}"), month=month),
    ]

    def build_row(row: Row) -> list[str]:
        missing = row.to_go[-1]
        amounts = (missing.needed, missing.room) if missing else (None, None)
        return [
            _name_row(row.value, board, translate),
            _format_target(row.nrr, translate),
            _format_target(row.grr, translate),
            *(
                translate(N_("n/a")) if amount is None else translate.format_short_money(amount, currency)
                for amount in amounts
            ),
        ]

    yield Grid([headings, *map(build_row, rows)], "l" + "r" * (len(headings) - 1), heading=True)
    yield Paragraph(
        translate(
            N_(
                "To gain: the MRR that the accounts of twelve months before must add for NRR to reach its aim. May be "
                "lost: what may still go before GRR misses its aim; below zero, what must be won back."
            )
        )
    )
    notes = list(_list_sources(board, translate))
    if board.ttm_reason:
        notes.append(translate(N_("Twelve months: n/a, {reason}."), reason=translate.format_sentence(board.ttm_reason)))
    if len(board.rows) > SHOWN:
        more = len(board.rows) - SHOWN
        notes.append(translate.plural(N_("{count} value is not shown."), N_("{count} values are not shown."), more))
    notes.append(translate(N_("Data to {month}."), month=board.ledger.last))
    notes.append(
        describe_reservations(board.ledger, board.origin, int(board.ledger.accounts.excluded.sum()), translate)
    )
    notes.append(describe_usage_months(board.ledger.usage_months, translate))
    yield Note(" ".join(filter(None, notes)))


def _write_headline(row: Row, translate: Translator) -> str:
    nrr, grr = _format_target(row.nrr, translate), _format_target(row.grr, translate)
    return translate(N_("Targets: NRR {nrr}, GRR {grr} (twelve months / aim)"), nrr=nrr, grr=grr)


def _format_target(status: TargetStatus, translate: Translator) -> str:
    """Return a ratio of twelve months and its aim: 108.2% / 110%."""
    aim = format_short_ratio(status.aim.value, translate) if status.aim else translate(N_("none"))
    return f"{format_ratio(status.now, translate)} / {aim}"


def _list_sources(board: TargetBoard, translate: Translator) -> Iterator[str]:
    """Yield each source of targets with the segments that have theirs from it."""
    from_config = N_("From the config: {names}.") if board.origin.is_of_warehouse else _SOURCES["config"]
    templates: Mapping[AimSource, str] = {**_SOURCES, "config": from_config}
    for source, template in templates.items():
        names = []
        for row in board.rows:
            metrics = [
                translate(name)
                for name, target in ((N_("NRR"), row.nrr), (N_("GRR"), row.grr))
                if target.aim and target.aim.source == source
            ]
            if metrics:
                names.append(f"{_name_row(row.value, board, translate)} ({', '.join(metrics)})")
        if len(names) == len(board.rows) and all(
            status.aim and status.aim.source == source for row in board.rows for status in (row.nrr, row.grr)
        ):
            names = [translate(N_("all"))]
        if names:
            yield translate(template, names=", ".join(names))


def _name_row(value: str, board: TargetBoard, translate: Translator) -> str:
    return name_value(board.dimension, value, translate) if value else translate(N_("Whole company"))
