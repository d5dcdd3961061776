"""The data behind the figures, as a message and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.locale.translator import Translator
from bot.messages.kit.layout import render
from bot.messages.kit.message import Message
from bot.messages.kit.parts import Grid, Headline, Note, Paragraph, Part
from core.errors import N_
from sheets.problems import CODES, SEVERITIES, UNKNOWN

if TYPE_CHECKING:
    # For their types alone: an answer needs no reader of sheets.
    from core.store.store import Snapshot


def data_message(snapshot: Snapshot, quarantined: int, translate: Translator) -> Message:
    """Return what the figures stand on: the workbook, its months, when it was read, its problems by code."""
    parts: list[Part] = [
        Headline(translate(N_("The data behind the figures"))),
        Paragraph(
            translate(
                N_("{name}: {accounts}, {first} to {month}, in {currency}. Synced {moment}, snapshot {id}."),
                name=snapshot.source_name,
                accounts=translate.plural(N_("{count} account"), N_("{count} accounts"), snapshot.accounts),
                first=snapshot.first,
                month=snapshot.data_through,
                currency=snapshot.currency.code,
                moment=translate.format_moment(snapshot.checked_at),
                id=snapshot.id,
            )
        ),
    ]
    if not snapshot.problems:
        return render([*parts, Paragraph(translate(N_("No problems in the sheet.")))])
    counts = sorted(snapshot.problems.items(), key=lambda each: -each[1])
    rows = [
        (code, translate(SEVERITIES[CODES.get(code, UNKNOWN).severity]), translate.format_count(number))
        for code, number in counts
    ]
    headings = (translate(N_("problem")), translate(N_("severity")), translate(N_("cells")))
    parts.append(Grid([headings, *rows], "llr", heading=True))
    said = [translate(N_("The tab NRR Problems says where each of them is and how to mend it."))]
    if quarantined:
        said.insert(
            0,
            translate.plural(
                N_("{count} account is left out of every figure for errors."),
                N_("{count} accounts are left out of every figure for errors."),
                quarantined,
            ),
        )
    return render([*parts, Note(" ".join(said))])


def data_json(snapshot: Snapshot, quarantined: int) -> dict[str, object]:
    """Return the same as JSON."""
    return {
        "workbook": snapshot.source_name,
        "accounts": snapshot.accounts,
        "quarantined": quarantined,
        "first_month": str(snapshot.first),
        "data_through": str(snapshot.data_through),
        "currency": snapshot.currency.code,
        "snapshot": {
            "id": snapshot.id,
            "synced_at": f"{snapshot.checked_at:%Y-%m-%dT%H:%M:%SZ}",
            "source_version": snapshot.source_version,
        },
        "problems": dict(snapshot.problems),
    }
