"""The accounts behind a figure, as a message."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence

from bot.locale.translator import Translator
from bot.messages.kit.layout import render, shorten
from bot.messages.kit.message import Message
from bot.messages.kit.parts import Grid, Headline, Link, Note, Paragraph, Part
from bot.messages.kit.provenance import describe_exclusions
from bot.messages.kit.sentences import count_accounts, format_ratio, name_cut, name_value
from core.errors import N_
from core.ledger.segments import DERIVED
from core.reports.accounts import Accounts, ListedAccount, Run, Section, Sum
from core.reports.accounts import Part as Of

# Of the first part that was asked for, and of those beside it.
SHOWN, BESIDE = 15, 5
# As many runs of rows are named of an account.
_RUNS = 3
# Of a name: a message of Slack has room for 10,000 characters, and so for this many of each.
_WIDEST = 60
_NAMES: Mapping[Of, str] = {
    "changes": N_("change of the base"),
    "churn": N_("churn"),
    "contraction": N_("contraction"),
    "expansion": N_("expansion"),
    "new": N_("new"),
    "reactivated": N_("reactivated"),
    "kept": N_("MRR of the accounts kept"),
    "base": N_("MRR at the start"),
}


def accounts_message(found: Accounts, translate: Translator, link: Callable[[Run], str], *, asked: str) -> Message:
    """Return the largest accounts of each part, the others together, and the whole, equal to the headline.

    Args:
        found: the accounts, at least SHOWN of each part where there are as many.
        translate: the reader's language.
        link: the address that opens rows of the revenue tab, empty where there is none.
        asked: the words of the question, for whoever wants all of them.

    """
    return render(list(_Writer(found, translate, link).parts(asked)))


class _Writer:
    """Writes the message of one list."""

    def __init__(self, found: Accounts, translate: Translator, link: Callable[[Run], str]) -> None:
        self._found, self._words, self._link = found, translate, link
        self._ledger = found.segments.ledger
        # What is empty says nothing, unless nothing else is there.
        self._sections = [each for each in found.sections if each.whole.accounts] or found.sections[:1]
        # To the cent where cents matter, so that the columns add up for whoever checks them.
        unit = self._ledger.currency.unit
        shown: list[ListedAccount | Sum] = []
        for section in self._sections:
            shown += [section.whole, *section.listed]
        self._cents = any(each.start % unit or each.end % unit for each in shown)
        self._named = self._ledger.names != self._ledger.ids
        self._dimension = self._telling()

    def parts(self, asked: str) -> Iterator[Part]:
        words, question = self._words, self._found.question
        said = " · ".join(
            words(
                N_("{part} {amount}, {accounts}"),
                part=words(_NAMES[section.part]),
                amount=self._money(section.whole.amount, signed=section.part == "changes"),
                accounts=count_accounts(section.whole.accounts, words),
            )
            for section in self._sections
        )
        name, period = name_cut(question.filters, words), words.format_period(question.period)
        yield Headline(words(N_("{name}, {period}: {figures}"), name=name, period=period, figures=said))
        if self._sections[0].whole.accounts:
            rows = [row for place, section in enumerate(self._sections) for row in self._section(section, place)]
            alignment = "l" * (1 + self._named + bool(self._dimension)) + "rrrrl"
            yield Grid([self._headings(), *rows], alignment, heading=True)
        else:
            yield Paragraph(words(N_("No account makes it up.")))
        if self._hidden:
            yield Paragraph(words(N_("All of them, with every column: {command}"), command=_command(asked)))
        yield Note(" ".join(part for part in self._notes() if part))

    @property
    def _hidden(self) -> int:
        return sum(section.beyond(_shown(place)).accounts for place, section in enumerate(self._sections))

    def _telling(self) -> str | None:
        """Return the dimension that says most of the accounts: the first one in which they may differ."""
        filters = [each.dimension for each in self._found.question.filters]
        told = {dimension for dimension in filters if filters.count(dimension) == 1}
        left = [dimension for dimension in self._found.segments.dimensions if dimension not in told]
        return next((dimension for dimension in left if dimension not in DERIVED), next(iter(left), None))

    def _headings(self) -> Sequence[str]:
        words, window = self._words, self._found.bridge.window
        return (
            words(N_("account")),
            *([words(N_("ID"))] if self._named else []),
            *([words(self._found.segments.heading(self._dimension))] if self._dimension else []),
            words.format_short_month(window.start),
            words.format_short_month(window.end),
            words(N_("change")),
            words(N_("share")),
            words(N_("rows of {tab}"), tab=self._ledger.tab or "-"),
        )

    def _section(self, section: Section, place: int) -> Iterator[Sequence[str]]:
        shown, words = _shown(place), self._words
        for each in section.listed[:shown]:
            names = [each.name, *([each.id] if self._named else [])]
            if self._dimension:
                names.append(name_value(self._dimension, each.values[self._dimension], words))
            figures = self._figures(each.start, each.end)
            yield (
                *(shorten(name, _WIDEST) for name in names),
                *figures,
                format_ratio(each.share, words),
                self._rows(each.rows),
            )
        others = section.beyond(shown)
        if others.accounts:
            template = words.plural(N_("{count} other account"), N_("{count} other accounts"), others.accounts)
            yield self._sum(template, others)
        count = count_accounts(section.whole.accounts, words)
        yield self._sum(
            words(N_("{part}: {accounts}"), part=words(_NAMES[section.part]), accounts=count), section.whole
        )

    def _sum(self, label: str, sums: Sum) -> Sequence[str]:
        blanks = [""] * (self._named + bool(self._dimension))
        return label, *blanks, *self._figures(sums.start, sums.end), format_ratio(sums.share, self._words), ""

    def _figures(self, start: int, end: int) -> tuple[str, str, str]:
        return self._money(start), self._money(end), self._money(end - start, signed=True)

    def _money(self, amount: int, *, signed: bool = False) -> str:
        return self._words.format_money(amount, self._ledger.currency, cents=self._cents, signed=signed)

    def _rows(self, runs: Sequence[Run]) -> str:
        said = ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in runs[:_RUNS])
        said += ", …" if len(runs) > _RUNS else ""
        url = self._link(runs[0]) if runs else ""
        return Link(said, url) if url else said

    def _notes(self) -> Iterator[str]:
        words, bridge, currency = self._words, self._found.bridge, self._ledger.currency
        yield words(
            N_("The base: {start} at the start, {end} at the end, {accounts}."),
            start=self._money(bridge.starting),
            end=self._money(bridge.ending),
            accounts=count_accounts(bridge.base, words),
        )
        if any(section.part in {"new", "reactivated"} and section.whole.accounts for section in self._sections):
            yield words(N_("New and reactivated accounts stand beside it, not in NRR."))
        yield describe_exclusions(self._found.excluded, bridge.starting, currency, words)
        yield words(
            N_("Data to {month}, synced {moment}. {method}."),
            month=self._ledger.last,
            moment=words.format_moment(self._found.origin.synced_at),
            method=words(N_("Cohort method")),
        )
        shown = self._dimension if self._sections[0].whole.accounts else None
        if shown and self._found.segments.is_current_only(shown):
            heading = words(self._found.segments.heading(shown))
            yield words(N_("{columns}: the value of today, as the sheet has no dated rows."), columns=heading)


def _shown(place: int) -> int:
    return BESIDE if place else SHOWN


def _command(asked: str) -> str:
    question = asked if re.fullmatch(r"[\w .=-]*", asked) else shlex.quote(asked)
    return " ".join(f"nrrbot accounts {question}".split()) + " --csv"
