"""The data behind the figures, as a message and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.locale.translator import Translator
from bot.messages.kit.layout import render
from bot.messages.kit.message import Message
from bot.messages.kit.parts import Grid, Headline, MessagePart, Note, Paragraph
from bot.messages.kit.sentences import count_accounts
from core.errors import N_
from sheets.problems import CODES, SEVERITIES, UNKNOWN

if TYPE_CHECKING:
    # For their types alone: an answer needs no reader of sheets.
    from core.reports.scope import Scope


def build_data_message(scope: Scope, translate: Translator) -> Message:
    """Return the data behind the figures: the workbook, its months, its last sync, its problems by code."""
    ledger, origin = scope.ledger, scope.origin
    excluded = int(ledger.accounts.excluded.sum())
    parts: list[MessagePart] = [
        Headline(translate(N_("The data behind the figures"))),
        Paragraph(
            translate(
                N_("{name}: {accounts}, {first} to {month}, in {currency}. Synced {moment}, snapshot {id}."),
                name=origin.workbook,
                accounts=count_accounts(ledger.accounts.count, translate),
                first=ledger.first,
                month=ledger.last,
                currency=ledger.currency.code,
                moment=translate.format_moment(origin.synced_at),
                id=origin.id,
            )
        ),
    ]
    if not origin.problems:
        return render([*parts, Paragraph(translate(N_("No problems in the sheet.")))])
    rows = [
        (code, translate(SEVERITIES[CODES.get(code, UNKNOWN).severity]), translate.format_count(number))
        for code, number in sorted(origin.problems.items(), key=lambda item: -item[1])
    ]
    headings = (translate(N_("problem")), translate(N_("severity")), translate(N_("cells")))
    parts.append(Grid([headings, *rows], "llr", heading=True))
    notes = [translate(N_("The tab NRR Problems says where each of them is and how to mend it."))]
    if excluded:
        notes.insert(
            0,
            translate.plural(
                N_("{count} account is left out of every figure for errors."),
                N_("{count} accounts are left out of every figure for errors."),
                excluded,
            ),
        )
    return render([*parts, Note(" ".join(notes))])


def build_data_json(scope: Scope) -> dict[str, object]:
    """Return the same as JSON."""
    ledger, origin = scope.ledger, scope.origin
    return {
        "workbook": origin.workbook,
        "accounts": ledger.accounts.count,
        "quarantined": int(ledger.accounts.excluded.sum()),
        "first_month": str(ledger.first),
        "data_through": str(ledger.last),
        "currency": ledger.currency.code,
        "snapshot": {
            "id": origin.id,
            "synced_at": f"{origin.synced_at:%Y-%m-%dT%H:%M:%SZ}",
            "source_version": origin.version,
        },
        "problems": dict(origin.problems),
    }
