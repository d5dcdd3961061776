"""The accounts behind a figure, as a message."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence

from bot.locale.translator import Translator
from bot.messages.kit.layout import render, shorten
from bot.messages.kit.message import Message
from bot.messages.kit.parts import Grid, Headline, Link, MessagePart, Note, Paragraph
from bot.messages.kit.provenance import (
    describe_cautions_of_origin,
    describe_current_values,
    describe_exclusions,
    describe_hidden_columns,
    describe_usage_months,
)
from bot.messages.kit.sentences import (
    count_accounts,
    count_limited_accounts,
    format_ratio,
    name_limited_cut,
    name_value,
)
from core.errors import N_
from core.ledger.segments import DERIVED
from core.reports.accounts import LISTED, AccountPart, Accounts, ListedAccount, Run, Section, Sum

# Accounts shown of the first part that was asked for, and of each other part.
SHOWN, SHOWN_OF_OTHER_PARTS = LISTED, 5
# Columns of the sheet that are shown of those asked for.
_MOST_ASKED = 3
# Runs of rows shown per account.
_RUNS_PER_ACCOUNT = 3
# Characters of a name: a Slack message has room for 10,000 in all.
_NAME_LIMIT = 60
_NAMES: Mapping[AccountPart, str] = {
    "changes": N_("change of the base"),
    "churn": N_("churn"),
    "contraction": N_("contraction"),
    "expansion": N_("expansion"),
    "new": N_("new"),
    "reactivated": N_("reactivated"),
    "kept": N_("MRR of the accounts kept"),
    "base": N_("MRR at the start"),
}


def build_accounts_message(
    accounts: Accounts, translate: Translator, link: Callable[[Run], str], words: str
) -> Message:
    """Return the largest accounts of each part, the others together, and the whole, equal to the headline.

    Args:
        accounts: the accounts, at least SHOWN of each part where there are as many.
        translate: the reader's language.
        link: the address that opens rows of the revenue tab, empty where the data has no such address.
        words: the words of the question, for the command that lists all accounts.

    """
    return render(list(_MessageBuilder(accounts, translate, link).build_parts(words)))


class _MessageBuilder:
    """Builds the message of one list."""

    def __init__(self, accounts: Accounts, translate: Translator, link: Callable[[Run], str]) -> None:
        self._accounts, self._translate, self._link = accounts, translate, link
        self._ledger = accounts.segments.ledger
        # Empty parts are left out, unless all are empty; a part whose accounts miss the thresholds is in the headline.
        self._headline_sections = [entry for entry in accounts.sections if entry.of_accounts] or accounts.sections[:1]
        self._sections = [
            section for section in self._headline_sections if section.whole.accounts
        ] or self._headline_sections[:1]
        # Show cents where an amount has them, so that the columns add up as printed.
        unit = self._ledger.currency.unit
        printed_sums: list[ListedAccount | Sum] = []
        for section in self._sections:
            printed_sums += [section.whole, *section.listed]
        self._cents = any(sums.start % unit or sums.end % unit for sums in printed_sums)
        self._named = self._ledger.accounts.names != self._ledger.accounts.ids
        asked = accounts.columns[:_MOST_ASKED]
        self._dimensions = asked or tuple(filter(None, [self._choose_dimension()]))

    def build_parts(self, words: str) -> Iterator[MessagePart]:
        translate, question = self._translate, self._accounts.question
        figures = " · ".join(map(self._describe_section, self._headline_sections))
        name = name_limited_cut(question.filters, self._accounts.limits, self._ledger.currency, translate)
        period = translate.format_period(question.period)
        yield Headline(translate(N_("{name}, {period}: {figures}"), name=name, period=period, figures=figures))
        if self._sections[0].whole.accounts:
            rows = [row for place, section in enumerate(self._sections) for row in self._build_rows(section, place)]
            alignment = "l" * (1 + len(self._dimensions)) + "rrrr" + "l" * (1 + self._named)
            shown = self._choose_columns(len(alignment))
            yield Grid(
                [[row[place] for place in shown] for row in [self._build_headings(), *rows]],
                "".join(alignment[place] for place in shown),
                heading=True,
            )
        else:
            yield Paragraph(translate(N_("No account makes it up.")))
        if self._hidden_accounts:
            yield Paragraph(translate(N_("All of them, with every column: {command}"), command=_write_command(words)))
        yield Note(" ".join(part for part in self._write_notes() if part))

    def _describe_section(self, section: Section) -> str:
        translate, is_signed = self._translate, section.part == "changes"
        amount = self._format_money(section.whole.amount, signed=is_signed)
        accounts = count_limited_accounts(
            section.largest.accounts, section.whole.accounts, section.of_accounts, translate
        )
        template = N_("{part} {amount}, {accounts}")
        if section.largest.accounts < section.whole.accounts:
            template = N_("{part} {amount}, of which {largest} from {accounts}")
        return translate(
            template,
            part=translate(_NAMES[section.part]),
            amount=amount,
            largest=self._format_money(section.largest.amount, signed=is_signed),
            accounts=accounts,
        )

    @property
    def _hidden_accounts(self) -> int:
        """The number of accounts that the limits list and the message has no room for."""
        return sum(
            max(0, section.largest.accounts - _count_shown(place)) for place, section in enumerate(self._sections)
        )

    def _choose_columns(self, count: int) -> Sequence[int]:
        """Return the places of the columns to show: where columns were asked for, five with the main amounts."""
        if not self._accounts.columns:
            return range(count)
        asked = range(1 + len(self._dimensions))
        start, end, change = (asked.stop + place for place in range(3))
        is_close = self._sections[0].part in {"base", "kept"}
        amounts = {1: (start, end, change), 2: (start, end), 3: (start if is_close else change,)}
        return (*asked, *amounts[len(self._dimensions)])

    def _choose_dimension(self) -> str | None:
        """Return the dimension to show as a column: the owner, or the first one in which the accounts may differ."""
        filtered = [condition.dimension for condition in self._accounts.question.filters if not condition.excluded]
        fixed = {dimension for dimension in filtered if filtered.count(dimension) == 1}
        free = [dimension for dimension in self._accounts.segments.dimensions if dimension not in fixed]
        preferred = ["owner"] if "owner" in free else [dimension for dimension in free if dimension not in DERIVED]
        return next(iter(preferred or free), None)

    def _build_headings(self) -> Sequence[str]:
        translate, window = self._translate, self._accounts.bridge.window
        return (
            translate(N_("account")),
            *(translate(self._accounts.segments.heading(dimension)) for dimension in self._dimensions),
            translate.format_short_month(window.start),
            translate.format_short_month(window.end),
            translate(N_("change")),
            translate(N_("share")),
            *([translate(N_("ID"))] if self._named else []),
            translate(N_("rows of {tab}"), tab=self._ledger.source_rows.tab or "-"),
        )

    def _build_rows(self, section: Section, place: int) -> Iterator[Sequence[str]]:
        row_count, translate = _count_shown(place), self._translate
        for account in section.listed[:row_count]:
            values = (name_value(name, account.values[name], translate) for name in self._dimensions)
            names = [account.name, *values]
            yield (
                *(shorten(name, _NAME_LIMIT) for name in names),
                *self._format_figures(account.start, account.end),
                format_ratio(account.share, translate),
                *([shorten(account.id, _NAME_LIMIT)] if self._named else []),
                self._format_rows(account.rows),
            )
        unlisted = section.beyond(row_count)
        if unlisted.accounts:
            template = translate.plural(N_("{count} other account"), N_("{count} other accounts"), unlisted.accounts)
            yield self._build_sum_row(template, unlisted)
        count = count_accounts(section.whole.accounts, translate)
        yield self._build_sum_row(
            translate(N_("{part}: {accounts}"), part=translate(_NAMES[section.part]), accounts=count), section.whole
        )

    def _build_sum_row(self, label: str, sums: Sum) -> Sequence[str]:
        return (
            label,
            *([""] * len(self._dimensions)),
            *self._format_figures(sums.start, sums.end),
            format_ratio(sums.share, self._translate),
            *([""] if self._named else []),
            "",
        )

    def _format_figures(self, start: int, end: int) -> tuple[str, str, str]:
        return self._format_money(start), self._format_money(end), self._format_money(end - start, signed=True)

    def _format_money(self, amount: int, *, signed: bool = False) -> str:
        return self._translate.format_money(amount, self._ledger.currency, cents=self._cents, signed=signed)

    def _format_rows(self, runs: Sequence[Run]) -> str:
        text = ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in runs[:_RUNS_PER_ACCOUNT])
        text += ", …" if len(runs) > _RUNS_PER_ACCOUNT else ""
        url = self._link(runs[0]) if runs else ""
        return Link(text, url) if url else text

    def _write_notes(self) -> Iterator[str]:
        translate, bridge, currency = self._translate, self._accounts.bridge, self._ledger.currency
        yield translate(
            N_("The base: {start} at the start, {end} at the end, {accounts}."),
            start=self._format_money(bridge.starting),
            end=self._format_money(bridge.ending),
            accounts=count_accounts(bridge.base, translate),
        )
        if any(section.part in {"new", "reactivated"} and section.whole.accounts for section in self._sections):
            yield translate(N_("New and reactivated accounts stand beside it, not in NRR."))
        yield describe_exclusions(self._accounts.excluded, bridge.starting, currency, translate)
        yield describe_cautions_of_origin(self._accounts.origin, translate)
        yield describe_usage_months(self._ledger.usage_months, translate)
        yield translate(
            N_("Data to {month}, synced {moment}. {method}."),
            month=self._ledger.last,
            moment=translate.format_moment(self._accounts.origin.synced_at),
            method=translate(N_("Cohort method")),
        )
        segments = self._accounts.segments
        if self._sections[0].whole.accounts:
            current = [segments.heading(name) for name in self._dimensions if segments.is_current_only(name)]
            yield describe_current_values(current, translate)
            yield describe_hidden_columns(self._accounts.columns[_MOST_ASKED:], segments, translate)


def _count_shown(place: int) -> int:
    return SHOWN_OF_OTHER_PARTS if place else SHOWN


def _write_command(words: str) -> str:
    question = words if re.fullmatch(r"[\w .=-]*", words) else shlex.quote(words)
    return " ".join(f"nrrbot accounts {question}".split()) + " --csv"
