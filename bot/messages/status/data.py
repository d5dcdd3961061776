"""The data behind the figures, as a message and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.locale.translator import Translator
from bot.messages.kit.layout import render
from bot.messages.kit.message import Message
from bot.messages.kit.parts import Details, Grid, Headline, MessagePart, Note, Paragraph
from bot.messages.kit.provenance import build_origin_caution, describe_left_out
from bot.messages.kit.sentences import count_accounts
from bot.messages.status.headings import describe_stored_headings
from bot.messages.status.look import (
    build_decision_json,
    build_totals_json,
    describe_examples,
    describe_totals,
    list_config_lines,
    list_decisions,
)
from core.errors import N_
from core.ledger.history import explain_missing_ratio, measure_spacing
from core.reports.totals import measure_totals
from sheets.problems import SEVERITIES, find_severity
from sheets.tabs.decisions import Decision

if TYPE_CHECKING:
    # For their types alone: an answer needs no reader of sheets.
    from core.ledger.ledger import Ledger
    from core.reports.scope import Origin, Scope


_SPACINGS = {
    12: N_("The data has the ends of years only."),
    6: N_("The data has the ends of half-years only."),
    3: N_("The data has the ends of quarters only."),
}


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
    totals = measure_totals(ledger)
    parts.append(Paragraph(describe_totals(totals, ledger.currency.code, translate)))
    if examples := describe_examples(totals, translate):
        parts.append(Paragraph("\n".join(examples), lead=translate(N_("As read:"))))
    decisions = [Decision.restore(row) for row in origin.decisions]
    if decisions:
        details: list[Paragraph | Grid] = [Paragraph(list_decisions(decisions, translate))]
        if meanings := _describe_headings(scope, translate):
            details.append(Paragraph(f"{translate(N_('Headings:'))}\n{meanings}"))
        if list_config_lines(decisions):
            # `look` prints the lines; a reader of Slack has no config.
            hint = N_("If one of these is wrong, tell the admin of nrrbot, who can settle it.")
            details.append(Paragraph(translate(hint)))
        parts.append(Details(translate(N_("How it is read")), details, translate.format_count(len(decisions))))
    if limits := describe_coverage(ledger, origin, translate):
        parts.append(Paragraph(limits))
    parts += build_origin_caution(origin, translate)
    if not origin.problems:
        return render([*parts, Paragraph(translate(N_("No problems in the sheet.")))])
    rows = [
        (code, translate(SEVERITIES[find_severity(code)]), translate.format_count(number))
        for code, number in sorted(origin.problems.items(), key=lambda item: -item[1])
    ]
    headings = (translate(N_("problem")), translate(N_("severity")), translate(N_("cells")))
    parts.append(Grid([headings, *rows], "llr", heading=True))
    notes = [translate(N_("The tab NRR Problems says where each of them is and how to fix it."))]
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


def _describe_headings(scope: Scope, translate: Translator) -> str:
    """Return a line for each tab that was read, with the meanings of its headings."""
    ledger = scope.ledger
    return "\n".join(
        translate(
            N_("{place}: {statement}"),
            place=tab["title"],
            statement=describe_stored_headings(tab["headings"], ledger.columns.keys(), ledger.last, translate),
        )
        for tab in scope.origin.tabs
    )


def describe_coverage(ledger: Ledger, origin: Origin, translate: Translator) -> str:
    """Return what the data cannot say: closes that it does not have, ends, rows of no account; empty if nothing."""
    sentences = []
    unknown, spacing = ledger.coverage.unknown, measure_spacing(ledger.closes)
    missing = [month for month in sorted(unknown) if ledger.first.until(month) % spacing == 0]
    if spacing in _SPACINGS:
        sentences.append(translate(_SPACINGS[spacing]))
    if missing:
        months = translate.format_list(translate.format_month(month) for month in missing)
        sentences.append(translate(N_("The data does not have {months}."), months=months))
    if reason := explain_missing_ratio(ledger):
        sentences.append(translate(N_("Retention is n/a: {reason}."), reason=reason))
    sentences.append(describe_left_out(ledger, 0, origin, translate))
    return " ".join(filter(None, sentences))


def build_data_json(scope: Scope) -> dict[str, object]:
    """Return the same as JSON."""
    ledger, origin = scope.ledger, scope.origin
    decisions = [Decision.restore(row) for row in origin.decisions]
    return {
        "workbook": origin.workbook,
        "accounts": ledger.accounts.count,
        "quarantined": int(ledger.accounts.excluded.sum()),
        "first_month": str(ledger.first),
        "data_through": str(ledger.last),
        "closes": [str(close) for close in ledger.closes],
        "can_leave": ledger.coverage.can_leave,
        "left_out_rows": ledger.coverage.left_out_rows,
        "left_out_mrr": ledger.coverage.left_out_mrr[-1] if ledger.coverage.left_out_mrr else 0,
        "totals": build_totals_json(measure_totals(ledger)),
        "decisions": [build_decision_json(decision) for decision in decisions],
        "config": list_config_lines(decisions),
        "doubts": [str(caution) for caution in origin.cautions],
        "currency": ledger.currency.code,
        "snapshot": {
            "id": origin.id,
            "synced_at": f"{origin.synced_at:%Y-%m-%dT%H:%M:%SZ}",
            "source_version": origin.version,
        },
        "problems": dict(origin.problems),
    }
