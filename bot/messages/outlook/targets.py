"""The targets and the distance to them, as a message."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from bot.locale.translator import Translator
from bot.messages.kit.layout import TABLE_ROWS, render
from bot.messages.kit.message import Message
from bot.messages.kit.parts import Grid, Headline, MessagePart, Note, Paragraph
from bot.messages.kit.provenance import describe_reservations
from bot.messages.kit.sentences import format_ratio, format_short_ratio, format_signed_points, name_value
from core.errors import N_
from core.outlook.targets import Row, Source, TargetBoard, TargetStatus

SHOWN = TABLE_ROWS - 1
_SOURCES: Mapping[Source, str] = {
    "sheet": N_("From the tab Targets, own row: {names}."),
    "sheet_company": N_("From the tab Targets, row of the whole company: {names}."),
    "config": N_("From the config, as the tab Targets has no row for it: {names}."),
}


def build_targets_message(board: TargetBoard, translate: Translator) -> Message:
    """Return the table: for each segment the twelve months, the targets, the distance, and the MRR still to gain."""
    return render(list(_build_parts(board, translate)))


def _build_parts(board: TargetBoard, translate: Translator) -> Iterator[MessagePart]:
    company, currency = board.rows[0], board.ledger.currency
    yield Headline(_write_headline(company, translate))
    rows = board.rows[:SHOWN]
    headings = [
        translate(N_("segment")),
        translate(N_("accounts")),
        translate(N_("NRR, 12 months")),
        translate(N_("target")),
        translate(N_("points")),
        translate(N_("GRR, 12 months")),
        translate(N_("target")),
        translate(N_("points")),
    ]
    for end in board.ends:
        month = translate.format_short_month(end)
        headings += [
            translate(N_("to gain by {month}"), month=month),
            translate(N_("may be lost by {month}"), month=month),
        ]

    def build_row(row: Row) -> list[str]:
        cells = [
            _name_row(row.value, board, translate),
            translate.format_count(row.ttm.base) if row.ttm else translate(N_("n/a")),
            *_format_target(row.nrr, translate),
            *_format_target(row.grr, translate),
        ]
        for distance in row.to_go:
            if distance is None:
                cells += [translate(N_("n/a"))] * 2
            else:
                cells += [
                    translate.format_money(distance.needed, currency),
                    translate.format_money(distance.room, currency),
                ]
        return cells

    yield Grid([headings, *map(build_row, rows)], "l" + "r" * (len(headings) - 1), heading=True)
    yield Paragraph(
        translate(
            N_(
                "To gain: how much more MRR than now the accounts that paid twelve months before that close must come "
                "to for the NRR target. May be lost: how much of theirs may still go before the GRR target is missed; "
                "below zero, so much must be won back."
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
    yield Note(" ".join(filter(None, notes)))


def _write_headline(row: Row, translate: Translator) -> str:
    if row.nrr.now is None:
        return translate(
            N_("Targets: NRR {nrr}, GRR {grr}"),
            nrr=format_short_ratio(row.nrr.value, translate),
            grr=format_short_ratio(row.grr.value, translate),
        )
    return translate(
        N_("Targets: NRR over twelve months {nrr} for {nrr_target}, GRR {grr} for {grr_target}"),
        nrr=format_ratio(row.nrr.now, translate),
        nrr_target=format_short_ratio(row.nrr.value, translate),
        grr=format_ratio(row.grr.now, translate),
        grr_target=format_short_ratio(row.grr.value, translate),
    )


def _format_target(target: TargetStatus, translate: Translator) -> tuple[str, str, str]:
    return (
        format_ratio(target.now, translate),
        format_short_ratio(target.value, translate),
        format_signed_points(target.points, translate) if isinstance(target.points, Fraction) else translate(N_("n/a")),
    )


def _list_sources(board: TargetBoard, translate: Translator) -> Iterator[str]:
    """Yield each source of targets with the segments that have theirs from it."""
    for source, template in _SOURCES.items():
        names = []
        for row in board.rows:
            metrics = [
                translate(name)
                for name, target in ((N_("NRR"), row.nrr), (N_("GRR"), row.grr))
                if target.source == source
            ]
            if metrics:
                names.append(f"{_name_row(row.value, board, translate)} ({', '.join(metrics)})")
        if len(names) == len(board.rows) and all(row.nrr.source == row.grr.source == source for row in board.rows):
            names = [translate(N_("all"))]
        if names:
            yield translate(template, names=", ".join(names))


def _name_row(value: str, board: TargetBoard, translate: Translator) -> str:
    return name_value(board.dimension, value, translate) if value else translate(N_("Whole company"))
