"""The result of a sync, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.locale.translator import Translator
from bot.messages.kit.columns import align_columns
from bot.messages.kit.layout import render
from bot.messages.kit.message import Message
from bot.messages.kit.parts import Grid, Headline, MessagePart, Paragraph
from bot.messages.kit.sentences import count_excluded, list_some
from bot.messages.status.look import describe_totals, list_decisions
from core.errors import N_
from sheets.problems import SEVERITIES, find_severity

if TYPE_CHECKING:
    # For their types alone: an answer needs no reader of sheets.
    from core.store.snapshots import Snapshot
    from sheets.ingest.ledger_changes import LedgerChanges
    from sheets.ingest.sync import SyncResult


FAR_AHEAD = N_(
    "This machine's clock is more than 45 days after the last sync, and no server confirms it. So no figure of a "
    "closed period was recorded and no snapshot was pruned. If the clock is right, run nrrbot sync --force."
)


def describe_sync(synced: SyncResult, translate: Translator) -> str:
    """Return the result of a sync: the data, the changes, the problems by code."""
    lines = [
        _describe_data(synced.snapshot, translate),
        _describe_change(synced, translate),
        *_describe_reading(synced, translate),
        *_describe_new_columns(synced, translate),
    ]
    if synced.is_far_ahead:
        lines.append(translate(FAR_AHEAD))
    if restated := sum(len(restatement.figures) for restatement in synced.restatements):
        lines.append(
            translate.plural(
                N_("{count} figure of a closed period was restated; see nrrbot restatements."),
                N_("{count} figures of closed periods were restated; see nrrbot restatements."),
                restated,
            )
        )
    is_of_warehouse, problems = synced.snapshot.is_of_warehouse, synced.snapshot.problems
    if not problems:
        return "\n".join([*lines, translate(_name_no_problems(synced.snapshot))])
    new = translate(N_("{count} new"), count=translate.format_count(synced.new_problems))
    accepted = synced.accepted_problems
    counted = [new, translate(N_("{count} accepted"), count=translate.format_count(accepted))] if accepted else [new]
    count_problems = _count_in_warehouse if is_of_warehouse else _count_in_sheet
    lines.append(count_problems(sum(problems.values()), ", ".join(counted), translate))
    rows = [
        (translate.format_count(number), code, translate(SEVERITIES[find_severity(code)]))
        for code, number in sorted(problems.items(), key=lambda item: -item[1])
    ]
    lines.append(align_columns(Grid(rows, "rll")))
    if synced.excluded_accounts:
        lines.append(count_excluded(synced.excluded_accounts, translate))
    return "\n".join(lines)


def _count_in_sheet(count: int, counted: str, translate: Translator) -> str:
    return translate.plural(
        N_("{count} problem in the sheet ({counted}):"),
        N_("{count} problems in the sheet ({counted}):"),
        count,
        counted=counted,
    )


def _count_in_warehouse(count: int, counted: str, translate: Translator) -> str:
    return translate.plural(
        N_("{count} problem in the warehouse ({counted}):"),
        N_("{count} problems in the warehouse ({counted}):"),
        count,
        counted=counted,
    )


def build_sync_message(snapshot: Snapshot, *, is_new: bool, restated: int, translate: Translator) -> Message:
    """Return the result of a sync that an administrator asked for in Slack.

    Args:
        snapshot: the newest snapshot.
        is_new: whether the sync made it.
        restated: the number of figures of closed periods that it restated.
        translate: the reader's language.

    """
    nothing_new = translate(N_("Nothing changed since snapshot {id}."), id=snapshot.id)
    lines = [_describe_data(snapshot, translate), *([] if is_new else [nothing_new])]
    if restated:
        lines.append(
            translate.plural(
                N_("{count} figure of a closed period was restated."),
                N_("{count} figures of closed periods were restated."),
                restated,
            )
        )
    is_of_warehouse = snapshot.is_of_warehouse
    read = N_("The warehouse was read: snapshot {id}") if is_of_warehouse else N_("The sheet was read: snapshot {id}")
    headline = translate(read, id=snapshot.id)
    parts: list[MessagePart] = [Headline(headline), Paragraph("\n".join(lines))]
    if not snapshot.problems:
        return render([*parts, Paragraph(translate(_name_no_problems(snapshot)))])
    rows = [(code, translate.format_count(count)) for code, count in snapshot.problems.items()]
    heading = (translate(N_("problem")), translate(N_("number")))
    caption = N_("Problems in the warehouse") if is_of_warehouse else N_("Problems in the sheet")
    return render([*parts, Grid([heading, *rows], "lr", heading=True, caption=translate(caption))])


def _name_no_problems(snapshot: Snapshot) -> str:
    return N_("No problems in the warehouse.") if snapshot.is_of_warehouse else N_("No problems in the sheet.")


def _describe_data(snapshot: Snapshot, translate: Translator) -> str:
    return translate(
        N_("{name}: {accounts}, data through {month}, in {currency}."),
        name=snapshot.source_name,
        accounts=translate.plural(N_("{count} account"), N_("{count} accounts"), snapshot.accounts),
        month=snapshot.data_through,
        currency=snapshot.currency.code,
    )


def _describe_change(synced: SyncResult, translate: Translator) -> str:
    if not synced.changed:
        return translate(N_("Nothing changed since snapshot {id}."), id=synced.snapshot.id)
    is_of_warehouse = synced.snapshot.is_of_warehouse
    if synced.changes is None:
        first = N_("Snapshot {id}, the first of this workbook.")
        if is_of_warehouse:
            first = N_("Snapshot {id}, the first of this warehouse.")
        return translate(first, id=synced.snapshot.id)
    changes = _list_changes(synced.changes, translate)
    if is_of_warehouse and synced.restatements:
        changes.append(translate(N_("sums of closed periods changed")))
    elif not changes and is_of_warehouse:
        changes.append(translate(N_("sums, segments or problems changed")))
    elif not changes:
        changes.append(translate(N_("no amounts, but segments or problems changed")))
    return translate(
        N_("Snapshot {id}. Since the one before: {changes}."),
        id=synced.snapshot.id,
        changes=translate.format_list(changes),
    )


def _describe_reading(synced: SyncResult, translate: Translator) -> list[str]:
    """Return the totals of the last close, and the decisions of the reading."""
    understanding = synced.understanding
    if understanding is None or understanding.totals is None:
        return []
    lines = [describe_totals(understanding.totals, understanding.currency, translate)]
    if understanding.decisions:
        lines.append(list_decisions(understanding.decisions, translate))
    return lines


def _describe_new_columns(synced: SyncResult, translate: Translator) -> list[str]:
    """Return a line for the columns that appeared; those that vanished are problems."""
    appeared = synced.columns.appeared
    if not appeared:
        return []
    named = [translate(N_("{heading} ({tab})"), heading=heading, tab=tab) for tab, heading in appeared]
    listed = list_some(named, translate)
    return [
        translate.plural(N_("New column: {columns}."), N_("New columns: {columns}."), len(appeared), columns=listed)
    ]


def _list_changes(changes: LedgerChanges, translate: Translator) -> list[str]:
    parts = []
    if changes.arrived:
        parts.append(translate.plural(N_("{count} account added"), N_("{count} accounts added"), changes.arrived))
    if changes.gone:
        parts.append(translate.plural(N_("{count} account removed"), N_("{count} accounts removed"), changes.gone))
    if changes.months:
        parts.append(translate.plural(N_("{count} month added"), N_("{count} months added"), changes.months))
    if changes.amounts:
        parts.append(translate.plural(N_("{count} amount changed"), N_("{count} amounts changed"), changes.amounts))
    return parts
