"""How a workbook was understood, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING, Any

from bot.locale.translator import Translator
from bot.messages.kit.columns import WIDE, align_columns
from bot.messages.kit.parts import Grid
from bot.messages.kit.sentences import count_accounts
from bot.messages.status.headings import list_heading_rows
from bot.messages.status.problems import describe_problem
from bot.messages.status.reconciliation import build_reconciliation_json, describe_reconciliations
from core.errors import N_
from core.money import find_currency
from sheets.problems import count_by_code

if TYPE_CHECKING:
    # For their types alone: an answer needs no reader of sheets.
    from core.months import Month
    from core.reports.totals import Totals
    from sheets.ingest.understanding import TabUnderstanding, Understanding
    from sheets.tabs.decisions import Decision

# More tabs than this that differ in their title only are described once.
_FEW_TABS = 4


def describe_look(understanding: Understanding, name: str, translate: Translator) -> str:
    """Return how a workbook was understood: tab by tab, then the decisions, rows as read, totals, config lines."""
    paragraphs = [name, *_describe_tabs(understanding, translate)]
    if understanding.refusal:
        paragraphs.append(translate.format_error(understanding.refusal))
        return "\n\n".join(paragraphs)
    if understanding.decisions:
        paragraphs.append(list_decisions(understanding.decisions, translate))
    if understanding.totals:
        rows = describe_examples(understanding.totals, translate)
        if rows:
            paragraphs.append("\n".join((translate(N_("As read:")), *(f"  {row}" for row in rows))))
        totals = [describe_totals(understanding.totals, understanding.currency, translate)]
        if understanding.excluded_accounts:
            totals.append(
                translate.plural(
                    N_("{count} account is excluded from all figures."),
                    N_("{count} accounts are excluded from all figures."),
                    understanding.excluded_accounts,
                )
            )
        paragraphs.append(" ".join(totals))
        errors = [problem for problem in understanding.problems if problem.severity == "error"]
        if errors and understanding.excluded_accounts:
            code = next(iter(count_by_code(errors)))
            first = next(problem for problem in errors if problem.code == code)
            statement = N_("The most frequent error ({count}): {problem}")
            if not understanding.totals.accounts:
                statement = N_("No account is left, so there are no figures. Fix this first, {count} times: {problem}")
            paragraphs.append(
                translate(
                    statement,
                    count=count_by_code(errors)[code],
                    problem=describe_problem(first, translate),
                )
            )
    if understanding.reconciliations:
        paragraphs.append("\n".join(describe_reconciliations(understanding.reconciliations, translate)))
    if understanding.problems:
        counts = count_by_code(understanding.problems)
        listed = ", ".join(f"{code} {translate.format_count(number)}" for code, number in counts.items())
        paragraphs.append(translate(N_("Problems: {codes}. See nrrbot problems."), codes=listed))
    lines = list_config_lines(understanding.decisions)
    if lines:
        paragraphs.append(
            "\n".join((translate(N_("To settle it, paste into the config:")), *(f"  {line}" for line in lines)))
        )
    return "\n\n".join(paragraphs)


def describe_totals(totals: Totals, currency: str, translate: Translator) -> str:
    """Return the last close in a sentence or two: accounts, MRR, ARR, accounts won and lost in twelve months."""
    known = find_currency(currency)
    sentence = translate(
        N_("{month}: {accounts}, {mrr} of MRR, {arr} of ARR."),
        month=totals.month,
        accounts=count_accounts(totals.accounts, translate),
        mrr=translate.format_money(totals.mrr, known),
        arr=translate.format_money(totals.arr, known),
    )
    if totals.new_accounts is None or totals.lost_accounts is None:
        return sentence
    change = translate(
        N_("In twelve months {new} new, {lost} lost."),
        new=translate.format_count(totals.new_accounts),
        lost=translate.format_count(totals.lost_accounts),
    )
    return f"{sentence} {change}"


def describe_examples(totals: Totals, translate: Translator) -> list[str]:
    """Return a line for each account that shows how its row was read."""
    return [
        ", ".join(
            (
                example.name,
                translate.format_month(totals.month),
                translate(
                    N_("{amount} of MRR"), amount=translate.format_money(example.mrr, example.currency, cents=True)
                ),
                *example.segments,
            )
        )
        for example in totals.examples
    ]


def list_decisions(decisions: Sequence[Decision], translate: Translator) -> str:
    """Return a line for each decision, with its place; one that was made for several cells is said once."""
    lines: dict[str, str] = {}
    for decision in decisions:
        place = "!".join(filter(None, (decision.tab, decision.cell)))
        lines.setdefault(translate.format_sentence(decision.statement), place)
    return "\n".join(
        translate(N_("{place}: {statement}"), place=place, statement=statement) if place else statement
        for statement, place in lines.items()
    )


def list_config_lines(decisions: Sequence[Decision]) -> list[str]:
    """Return the lines of the config that settle the decisions, under their sections."""
    config_lines = dict.fromkeys(decision.config_line for decision in decisions if decision.config_line)
    sections: dict[str, list[str]] = {}
    for line in config_lines:
        section, _, rest = line.partition(".")
        sections.setdefault(section, []).append(rest)
    return [text for section, lines in sections.items() for text in (f"[{section}]", *lines)]


def _describe_tabs(understanding: Understanding, translate: Translator) -> Iterator[str]:
    """Yield each tab; a run of tabs that differ in their title only is one."""
    last = understanding.totals.month if understanding.totals else None
    for _, group in groupby(understanding.tabs, lambda tab: replace(tab, title="")):
        members = list(group)
        if len(members) < _FEW_TABS:
            yield from (_describe_tab(tab, tab.title, last, translate) for tab in members)
            continue
        titles = translate(
            N_("{first} to {last}, {count} tabs"),
            first=members[0].title,
            last=members[-1].title,
            count=translate.format_count(len(members)),
        )
        yield _describe_tab(members[0], titles, last, translate)


def _describe_tab(tab: TabUnderstanding, title: str, last: Month | None, translate: Translator) -> str:
    """Return a tab: its layout, the reason, and the meaning of its headings."""
    title = translate(N_("{tab} (hidden)"), tab=title) if tab.is_hidden else title
    reason = " ".join(map(translate.format_sentence, tab.statements))
    if tab.is_read:
        first = translate(N_("{tab}: read as {layout}. {reason}"), tab=title, layout=tab.layout, reason=reason)
    else:
        first = translate(N_("{tab}: not read. {reason}"), tab=title, reason=reason)
    rows = list_heading_rows(tab.headings, last, translate) if tab.is_read else []
    return "\n".join((first, align_columns(Grid(rows, "lll"), WIDE))) if rows else first


def build_look_json(understanding: Understanding, translate: Translator) -> dict[str, Any]:
    """Return the same as JSON; money in minor units."""
    totals = understanding.totals
    return {
        "tabs": [
            {
                "title": tab.title,
                "hidden": tab.is_hidden,
                "layout": tab.layout or None,
                "read": tab.is_read,
                "reason": " ".join(map(translate.format_sentence, tab.statements)),
                "headings": [
                    {"column": heading.column, "heading": heading.heading, "meaning": heading.meaning or None}
                    for heading in tab.headings
                ],
            }
            for tab in understanding.tabs
        ],
        "decisions": [build_decision_json(decision) for decision in understanding.decisions],
        "currency": understanding.currency or None,
        "totals": totals and build_totals_json(totals),
        "excluded_accounts": understanding.excluded_accounts,
        "reconciliations": list(map(build_reconciliation_json, understanding.reconciliations)),
        "problems": count_by_code(understanding.problems),
        "config": list_config_lines(understanding.decisions),
        "refusal": translate.format_error(understanding.refusal) if understanding.refusal else None,
    }


def build_decision_json(decision: Decision) -> dict[str, Any]:
    """Return a decision as JSON."""
    return {
        "topic": decision.topic,
        "tab": decision.tab or None,
        "cell": decision.cell or None,
        "statement": str(decision.statement),
        "config": decision.config_line or None,
        "doubted": decision.is_doubted,
    }


def build_totals_json(totals: Totals) -> dict[str, Any]:
    """Return totals as JSON; money in minor units, an example in its own currency."""
    return {
        "month": str(totals.month),
        "accounts": totals.accounts,
        "mrr": totals.mrr,
        "arr": totals.arr,
        "new_accounts": totals.new_accounts,
        "lost_accounts": totals.lost_accounts,
        "examples": [
            {
                "name": example.name,
                "mrr": example.mrr,
                "currency": example.currency.code,
                "segments": list(example.segments),
            }
            for example in totals.examples
        ],
    }
