"""Questions of the tab NRR Ask to the cells that answer them. Anyone who opens the workbook reads these cells.

So they name no account: neither what was asked for, nor what it may mean, nor why it has no answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from functools import cached_property
from itertools import compress
from string import Formatter

from bot.service.access.viewer import SHEET, NamesWithheldError
from bot.service.analyst import Analyst, LoadedSnapshot
from bot.service.commands import Reply
from core.errors import N_, QuestionError, Sentence
from core.sources.members import select_members
from core.text import fold
from sheets.workbook.tables import NOT_AVAILABLE, ColumnFormat, Value
from sheets.writeback.ask_tab import AskAnswer

_COMMAND = "/nrr"
_WORD = re.compile(r"[^\W_]+")
# A shorter name is a letter.
_LEAST_LETTERS = 2
_ONE_FIGURE = N_("A row holds one figure: a ratio, mrr, arr or churn, such as {example}. Ask anything else in Slack.")
_EXAMPLE = "enterprise Q3"


class QuestionAnswerer:
    """Answers questions of the tab from the newest snapshot, through the one door."""

    def __init__(self, analyst: Analyst, newest: LoadedSnapshot) -> None:
        self._analyst, self._newest, self._translate = analyst.serve(SHEET), newest, analyst.translate

    def answer(self, question: str) -> AskAnswer:
        """Return the cells that answer a question as it was typed."""
        try:
            reply = self._analyst.reply(_COMMAND, question)
            cells = reply.cells()
        except QuestionError as error:
            return self._explain(error)
        except NamesWithheldError as error:
            return AskAnswer(str(error.values["command"]), note=self._translate(_ONE_FIGURE, example=_EXAMPLE))
        if cells is None:
            words = reply.line.removeprefix(reply.command)
            line = reply.command if self._names_account(words) else reply.line
            return AskAnswer(line, note=self._translate(_ONE_FIGURE, example=_EXAMPLE))
        return replace(cells, line=reply.line)

    def _explain(self, error: QuestionError) -> AskAnswer:
        """Return the cells of a question that was not understood, with the nearest one that has a figure."""
        nearest = next(self._list_nearest(error), "")
        # The words of the problem are ours; what was put into it comes from the question or the sheet.
        put_in = (str(error.values.get(name, "")) for _, name, _, _ in Formatter().parse(error.problem) if name)
        if any(map(self._names_account, put_in)):
            reason = self._translate(N_("The question was not understood, so there is no figure."))
        else:
            reason = self._translate.format_sentence(Sentence(error.problem, error.values))
        meant = self._translate(N_("Did you mean {line}?"), line=nearest) if nearest else ""
        return AskAnswer(meant, note=reason)

    def _list_nearest(self, error: QuestionError) -> Iterator[str]:
        lines: Sequence[str] = error.values.get("nearest_lines", ())  # type: ignore[assignment]
        for line in lines:
            with suppress(NamesWithheldError):
                reply = self._analyst.reply(_COMMAND, line)
                if reply.cells() and not self._names_account(_list_values(reply)):
                    yield reply.line

    def list_base(self, answer: AskAnswer) -> frozenset[str]:
        """Return the IDs of the accounts that an answer counts: its cut, as far as it pays at the window's start."""
        if answer.counted is None:
            return frozenset()
        (filters, window), segments = answer.counted, self._newest.scope.segments
        accounts, paid = segments.ledger.accounts, segments.ledger.mrr(window.start, window.start)
        members = select_members(segments, filters, window) & accounts.counted & (paid > 0)
        return frozenset(compress(accounts.ids, members.tolist()))

    def describe_restatement(self, line: str, now: AskAnswer) -> str:
        """Return that the figures of a frozen answer would be others now."""
        ratio, base = self._format(now.grr, "percent"), self._format(now.base, "money")
        return self._translate(
            N_("{line} is restated: {value} now, GRR {grr}, base {base}."),
            line=line,
            value=self._format(now.value, now.value_format),
            grr=ratio,
            base=base,
        )

    def describe_limit(self, limit: int) -> str:
        """Return that no more than so many questions are answered."""
        return self._translate(
            N_("The first {count} questions are answered, and none from here on: delete some of them."),
            count=self._translate.format_count(limit),
        )

    def _format(self, value: Value, value_format: ColumnFormat) -> str:
        if not isinstance(value, (int, Decimal)):
            return NOT_AVAILABLE.value
        if value_format == "percent":
            return self._translate.format_percent(Decimal(value) * 100)
        currency = self._newest.scope.ledger.currency
        return self._translate.format_money(int(value * currency.unit), currency)

    def _names_account(self, text: str) -> bool:
        """Tell whether the whole words of an account's name or id are in a text that is not ours."""
        words = _split(text)
        return any(name in words for name in self._account_names)

    @cached_property
    def _account_names(self) -> frozenset[str]:
        accounts = self._newest.scope.ledger.accounts
        names = {_split(name) for name in (*accounts.names, *accounts.ids)}
        return frozenset(name for name in names if len(name.strip()) >= _LEAST_LETTERS and not name.strip().isdecimal())


def _split(text: str) -> str:
    """Return the words of a text, each between spaces."""
    return f" {' '.join(_WORD.findall(fold(text)))} "


def _list_values(reply: Reply) -> str:
    """Return the values of the sheet that a figure is of."""
    read = reply.json()["read"]
    columns = (read.get("filters", {}), read.get("exclude", {}))
    return ", ".join(str(value) for column in columns for values in column.values() for value in values)
