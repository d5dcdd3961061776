"""The data behind the figures of a warehouse, as a message and as JSON: what was read, and what is left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from bot.locale.translator import Translator
from bot.messages.kit.layout import render
from bot.messages.kit.message import Message
from bot.messages.kit.parts import Details, Grid, Headline, MessagePart, Note, Paragraph
from bot.messages.kit.sentences import count_accounts
from bot.messages.status.data import describe_coverage
from bot.messages.status.look import build_totals_json, describe_totals
from core.errors import N_
from core.reports.totals import measure_warehouse_totals
from sheets.problems import SEVERITIES

if TYPE_CHECKING:
    from core.reports.scope import Scope
    from core.sources.cuts import Cuts
    from sheets.problems import Problem


def build_warehouse_data_message(
    scope: Scope, cuts: Cuts, tables: Mapping[str, str], problems: Sequence[Problem], translate: Translator
) -> Message:
    """Return the tables and their months, the last close, the excluded accounts, the problems with their fixes.

    Args:
        scope: the data.
        cuts: its figures.
        tables: the key of each table that is read -> its name; empty for a query.
        problems: the problems of the tables, errors first.
        translate: the reader's language.

    """
    ledger, origin = scope.ledger, scope.origin
    names = [name or translate(N_("{table} (a query)"), table=f"warehouse.{table}") for table, name in tables.items()]
    parts: list[MessagePart] = [
        Headline(translate(N_("The data behind the figures"))),
        Paragraph(
            translate(
                N_("{name}: {first} to {month}, in {currency}, from {tables}. Synced {moment}, snapshot {id}."),
                name=origin.workbook,
                first=ledger.first,
                month=ledger.last,
                currency=ledger.currency.code,
                tables=translate.format_list(names),
                moment=translate.format_moment(origin.synced_at),
                id=origin.id,
            )
        ),
    ]
    if totals := measure_warehouse_totals(cuts, ledger):
        parts.append(Paragraph(describe_totals(totals, ledger.currency.code, translate)))
    if coverage := describe_coverage(ledger, origin, translate):
        parts.append(Paragraph(coverage))
    if not problems:
        return render([*parts, Paragraph(translate(N_("No problems in the warehouse.")))])
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors:
        excluded = translate(
            N_("Excluded from all figures until fixed: {accounts} with an error, {mrr} of MRR when they last paid."),
            accounts=count_accounts(sum(problem.number for problem in errors), translate),
            mrr=translate.format_money(sum(problem.at_stake for problem in errors), ledger.currency),
        )
        parts.append(Paragraph(excluded))
    headings = [translate(name) for name in (N_("problem"), N_("severity"), N_("accounts"), N_("MRR"))]
    rows = [_build_row(problem, scope, translate) for problem in problems]
    parts.append(Grid([headings, *rows], "llrr", heading=True))
    fixes = (
        translate(N_("{place}: {statement}"), place=problem.code, statement=translate(problem.kind.fix))
        for problem in problems
    )
    parts.append(Details(translate(N_("How to fix them")), [Paragraph("\n".join(fixes))]))
    return render([*parts, Note(translate(N_("nrrbot problems names the accounts with most MRR.")))])


def _build_row(problem: Problem, scope: Scope, translate: Translator) -> list[str]:
    accounts = _count_accounts(problem)
    return [
        problem.code,
        translate(SEVERITIES[problem.severity]),
        translate.format_count(accounts) if accounts else translate(N_("whole months")),
        translate.format_money(problem.at_stake, scope.ledger.currency) if problem.at_stake else "-",
    ]


def _count_accounts(problem: Problem) -> int:
    """Return the number of accounts that have a problem; 0 for one of whole months."""
    return int(problem.values.get("accounts", 0))


def build_warehouse_data_json(
    scope: Scope, cuts: Cuts, tables: Mapping[str, str], problems: Sequence[Problem], translate: Translator
) -> dict[str, object]:
    """Return the same as JSON, with the keys that the JSON of a workbook has too; money in minor units."""
    ledger, origin = scope.ledger, scope.origin
    errors = [problem for problem in problems if problem.severity == "error"]
    totals = measure_warehouse_totals(cuts, ledger)
    return {
        "warehouse": origin.workbook,
        "tables": {table: name or None for table, name in tables.items()},
        "accounts": totals.accounts if totals else None,
        "quarantined": sum(problem.number for problem in errors),
        "quarantined_mrr": sum(problem.at_stake for problem in errors),
        "first_month": str(ledger.first),
        "data_through": str(ledger.last),
        "closes": [str(close) for close in ledger.closes],
        "totals": build_totals_json(totals) if totals else None,
        "currency": ledger.currency.code,
        "snapshot": {"id": origin.id, "synced_at": f"{origin.synced_at:%Y-%m-%dT%H:%M:%SZ}"},
        "problems": dict(origin.problems),
        "table_problems": [
            {
                "code": problem.code,
                "severity": problem.severity,
                "accounts": _count_accounts(problem),
                "mrr": problem.at_stake,
                "mend": translate(problem.kind.fix),
            }
            for problem in problems
        ],
    }
