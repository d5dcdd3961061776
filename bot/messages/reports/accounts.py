"""The accounts behind a figure, as a message."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from bot.locale.translator import Translator
from bot.messages.kit.layout import render
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
    name_limited_cut,
    name_value,
    shorten_name,
)
from core.errors import N_
from core.ledger.segments import DERIVED
from core.reports.accounts import LISTED, AccountPart, Accounts, ListedAccount, Run, Section, Sum

# Accounts shown of the first part that was asked for, and of each other part.
SHOWN, SHOWN_OF_OTHER_PARTS = LISTED, 5
COLUMNS = 5
# Columns of the sheet that are shown of those asked for.
_MOST_ASKED = 3
# Runs of rows shown per account.
_RUNS_PER_ACCOUNT = 3
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


def build_accounts_message(accounts: Accounts, translate: Translator, link: Callable[[Run], str]) -> Message:
    """Return the largest accounts of each part, the others together, and the sum, equal to the headline.

    Args:
        accounts: the accounts, at least SHOWN of each part where there are as many.
        translate: the reader's language.
        link: the address that opens rows of the revenue tab, empty where the data has no such address.

    """
    return render(list(_MessageBuilder(accounts, translate, link).build_parts()))


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
        # Show cents where an amount has them, so that the column adds up as printed.
        unit = self._ledger.currency.unit
        printed_sums: list[ListedAccount | Sum] = []
        for section in self._sections:
            printed_sums += [section.whole, *section.listed]
        self._cents = any(sums.start % unit or sums.end % unit for sums in printed_sums)
        asked = accounts.columns[:_MOST_ASKED]
        self._dimensions = asked or tuple(filter(None, [self._choose_dimension()]))
        self._is_close = self._sections[0].part in {"base", "kept"}

    def build_parts(self) -> Iterator[MessagePart]:
        translate, question = self._translate, self._accounts.question
        figures = " · ".join(map(self._describe_section, self._headline_sections))
        name = name_limited_cut(question.filters, self._accounts.limits, self._ledger.currency, translate)
        period = translate.format_period(question.period)
        yield Headline(translate(N_("{name}, {period}: {figures}"), name=name, period=period, figures=figures))
        if any(section.listed for section in self._sections):
            rows = [row for place, section in enumerate(self._sections) for row in self._build_rows(section, place)]
            alignment = "l" * (1 + len(self._dimensions)) + "rll"
            # Accounts of a warehouse have no rows in a tab, which is the last column.
            columns = min(COLUMNS, len(alignment) - self._accounts.origin.is_of_warehouse)
            yield Grid(
                [row[:columns] for row in (self._build_headings(), *rows)],
                alignment[:columns],
                heading=True,
                caption=translate(N_("{name}, {period}: accounts"), name=name, period=period),
            )
        elif not self._sections[0].whole.accounts:
            yield Paragraph(translate(N_("No account makes it up.")))
        if self._hidden_accounts:
            yield Paragraph(self._describe_hidden_accounts())
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
            section.largest.accounts - len(section.listed[: _count_shown(place)])
            for place, section in enumerate(self._sections)
        )

    def _describe_hidden_accounts(self) -> str:
        translate = self._translate
        hidden = [section.beyond(_count_shown(place)) for place, section in enumerate(self._sections)]
        amount = sum(sums.start if self._is_close else sums.end - sums.start for sums in hidden)
        number, money = sum(sums.accounts for sums in hidden), self._format_money(amount, signed=not self._is_close)
        if self._accounts.not_given:
            return translate.plural(
                N_("And {count} account more, {amount}."),
                N_("And {count} accounts more, {amount}."),
                number,
                amount=money,
            )
        return translate.plural(
            N_("And {count} account more, {amount}. The CSV has all of them, with every column."),
            N_("And {count} accounts more, {amount}. The CSV has all of them, with every column."),
            number,
            amount=money,
        )

    def _choose_dimension(self) -> str | None:
        """Return the dimension to show as a column: the owner, or the first one in which the accounts may differ."""
        filtered = [condition.dimension for condition in self._accounts.question.filters if not condition.excluded]
        fixed = {dimension for dimension in filtered if filtered.count(dimension) == 1}
        free = [dimension for dimension in self._accounts.segments.dimensions if dimension not in fixed]
        preferred = ["owner"] if "owner" in free else [dimension for dimension in free if dimension not in DERIVED]
        return next(iter(preferred or free), None)

    def _build_headings(self) -> tuple[str, ...]:
        translate, window = self._translate, self._accounts.bridge.window
        start, end = translate.format_short_month(window.start), translate.format_short_month(window.end)
        return (
            translate(N_("account")),
            *(translate(self._accounts.segments.heading(dimension)) for dimension in self._dimensions),
            translate(N_("MRR, {month}"), month=start) if self._is_close else translate(N_("change of MRR")),
            translate(N_("{start} → {end}"), start=start, end=end),
            translate(N_("rows of {tab}"), tab=self._ledger.source_rows.tab or "-"),
        )

    def _build_rows(self, section: Section, place: int) -> Iterator[tuple[str, ...]]:
        translate = self._translate
        for account in section.listed[: _count_shown(place)]:
            change = self._format_money(account.end - account.start, signed=True)
            yield (
                shorten_name(account.name),
                *(name_value(name, account.values[name], translate) for name in self._dimensions),
                self._format_money(account.start) if self._is_close else change,
                self._describe_way(section.part, account),
                self._format_rows(account.rows),
            )

    def _describe_way(self, part: AccountPart, account: ListedAccount) -> str:
        """Return whether the account left or was won, else its MRR at the start and at the end."""
        translate = self._translate
        if not account.end:
            return translate(N_("left"))
        if not account.start:
            return translate(N_("won back")) if part == "reactivated" else translate(N_("won"))
        return translate(
            N_("{start} → {end}"),
            start=translate.format_short_money(account.start, self._ledger.currency),
            end=translate.format_short_money(account.end, self._ledger.currency),
        )

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
            yield translate(N_("New and reactivated accounts are not part of NRR."))
        yield describe_exclusions(self._accounts.excluded, bridge.starting, currency, translate)
        yield describe_cautions_of_origin(self._accounts.origin, translate)
        yield describe_usage_months(self._ledger.usage_months, translate)
        yield from map(translate.format_sentence, self._accounts.not_given)
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
