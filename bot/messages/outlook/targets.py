"""The targets and the way to them, as a message."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from bot.locale.translator import Words
from bot.messages.kit.layout import TABLE_ROWS, Grid, Headline, Note, Paragraph, Part, render
from bot.messages.kit.message import Message
from bot.messages.kit.sentences import limit, points, ratio, skipped, value_name
from core.errors import N_
from core.outlook.targets import Aim, Board, Row, Source

SHOWN = TABLE_ROWS - 1
_SOURCES: Mapping[Source, str] = {
    "sheet": N_("From the tab Targets, own row: {names}."),
    "sheet_company": N_("From the tab Targets, row of the whole company: {names}."),
    "config": N_("From the config, as the tab Targets has no row for it: {names}."),
}


def targets_message(found: Board, words: Words) -> Message:
    """Return the table: for each segment the twelve months, the targets, the distance, and what is still to be done."""
    return render(list(_parts(found, words)))


def _parts(found: Board, words: Words) -> Iterator[Part]:
    company, currency = found.rows[0], found.ledger.currency
    yield Headline(_headline(company, words))
    rows = found.rows[:SHOWN]
    headings = [
        words(N_("segment")),
        words(N_("accounts")),
        words(N_("NRR, 12 months")),
        words(N_("target")),
        words(N_("points")),
        words(N_("GRR, 12 months")),
        words(N_("target")),
        words(N_("points")),
    ]
    for end in found.ends:
        month = words.short_month(end)
        headings += [words(N_("to gain by {month}"), month=month), words(N_("may be lost by {month}"), month=month)]

    def line(row: Row) -> list[str]:
        cells = [
            _name(row.value, found, words),
            words.integer(row.ttm.base) if row.ttm else words(N_("n/a")),
            *_aim(row.nrr, words),
            *_aim(row.grr, words),
        ]
        for each in row.to_go:
            if each is None:
                cells += [words(N_("n/a"))] * 2
            else:
                cells += [words.money(each.needed, currency), words.money(each.room, currency)]
        return cells

    yield Grid([headings, *map(line, rows)], "l" + "r" * (len(headings) - 1), heading=True)
    yield Paragraph(
        words(
            N_(
                "To gain: how much more MRR than now the accounts that paid twelve months before that close must come "
                "to for the NRR target. May be lost: how much of theirs may still go before the GRR target is missed; "
                "below zero, so much must be won back."
            )
        )
    )
    said = list(_origins(found, words))
    if found.ttm_reason:
        said.append(words(N_("Twelve months: n/a, {reason}."), reason=words.sentence(found.ttm_reason)))
    if len(found.rows) > SHOWN:
        more = len(found.rows) - SHOWN
        said.append(words.plural(N_("{count} value is not shown."), N_("{count} values are not shown."), more))
    said.append(words(N_("Data to {month}."), month=found.ledger.last))
    said.append(skipped(int(found.ledger.quarantined.sum()), words))
    yield Note(" ".join(filter(None, said)))


def _headline(row: Row, words: Words) -> str:
    if row.nrr.now is None:
        return words(
            N_("Targets: NRR {nrr}, GRR {grr}"), nrr=limit(row.nrr.value, words), grr=limit(row.grr.value, words)
        )
    return words(
        N_("Targets: NRR over twelve months {nrr} for {nrr_target}, GRR {grr} for {grr_target}"),
        nrr=ratio(row.nrr.now, words),
        nrr_target=limit(row.nrr.value, words),
        grr=ratio(row.grr.now, words),
        grr_target=limit(row.grr.value, words),
    )


def _aim(aim: Aim, words: Words) -> tuple[str, str, str]:
    return (
        ratio(aim.now, words),
        limit(aim.value, words),
        points(aim.points, words) if isinstance(aim.points, Fraction) else words(N_("n/a")),
    )


def _origins(found: Board, words: Words) -> Iterator[str]:
    """Yield, for each place that targets come from, whose they are."""
    for source, template in _SOURCES.items():
        names = []
        for row in found.rows:
            metrics = [
                words(name) for name, aim in ((N_("NRR"), row.nrr), (N_("GRR"), row.grr)) if aim.source == source
            ]
            if metrics:
                names.append(f"{_name(row.value, found, words)} ({', '.join(metrics)})")
        if len(names) == len(found.rows) and all(row.nrr.source == row.grr.source == source for row in found.rows):
            names = [words(N_("all"))]
        if names:
            yield words(template, names=", ".join(names))


def _name(value: str, found: Board, words: Words) -> str:
    return value_name(found.dimension, value, words) if value else words(N_("Whole company"))
