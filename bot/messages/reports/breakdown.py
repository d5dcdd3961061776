"""A cut by the values of a dimension, as a message."""

from __future__ import annotations

from bot.locale.translator import Words
from bot.messages.kit.layout import TABLE_ROWS, Grid, Headline, Note, Part, render
from bot.messages.kit.message import Message
from bot.messages.kit.sentences import left_out_of, ratio, subject, value_name
from core.errors import N_
from core.reports.breakdown import Breakdown, Row

# Headings and the whole take two rows of the table.
SHOWN = min(30, TABLE_ROWS - 2)


def breakdown_message(found: Breakdown, words: Words) -> Message:
    """Return the table: for each value the accounts at the start, NRR and GRR of the period and of twelve months."""
    period = words.period(found.question.period)
    heading = words(found.heading)
    headings = (
        heading,
        words(N_("accounts")),
        words(N_("MRR at the start")),
        words(N_("NRR")),
        words(N_("GRR")),
        words(N_("NRR, 12 months")),
        words(N_("GRR, 12 months")),
    )
    rows = sorted(found.rows, key=lambda row: -row.asked.starting) if len(found.rows) > SHOWN else found.rows
    whole = subject(found.question.filters, words)
    parts: list[Part] = [
        Headline(words(N_("{name} by {heading}, {period}"), name=whole, heading=heading, period=period)),
        Grid(
            [
                headings,
                *(_row(row, value_name(found.dimension, row.value, words), found, words) for row in rows[:SHOWN]),
                _row(found.whole, whole, found, words),
            ],
            "lrrrrrr",
            heading=True,
        ),
    ]
    said = [
        words(
            N_("Data to {month}. Only the twelve months may be read against a yearly benchmark."),
            month=found.segments.ledger.last,
        )
    ]
    if len(rows) > SHOWN:
        more = len(rows) - SHOWN
        said.append(
            words.plural(N_("{count} smaller value is not shown."), N_("{count} smaller values are not shown."), more)
        )
    if found.segments.is_current_only(found.dimension):
        said.append(words(N_("{columns}: the value of today, as the sheet has no dated rows."), columns=heading))
    said.append(left_out_of(found.segments, found.question, words))
    return render([*parts, Note(" ".join(filter(None, said)))])


def _row(row: Row, name: str, found: Breakdown, words: Words) -> tuple[str, ...]:
    money = words.money(row.asked.starting, found.segments.ledger.currency)
    year = (ratio(row.ttm.nrr, words), ratio(row.ttm.grr, words)) if row.ttm else (ratio(None, words),) * 2
    return name, words.integer(row.asked.base), money, ratio(row.asked.nrr, words), ratio(row.asked.grr, words), *year
