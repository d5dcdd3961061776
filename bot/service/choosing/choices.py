"""Other segments and periods to choose from: the options of menus, the modal, and the question that a choice makes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from bot.messages.asking.question_modal import MOST_OPTIONS, Option, build_question_modal
from bot.messages.kit.limits import shorten
from bot.messages.kit.sentences import name_cut, name_value
from bot.service.access.viewer import read_limit
from bot.service.analyst import COMMAND_METRICS, Analyst
from bot.service.buttons.state import State
from bot.service.commands import Reply
from core.errors import N_, QuestionError
from core.ledger.ledger import Ledger
from core.months import Calendar, Period
from core.query.intents.lines import Line, Side, spell_condition
from core.query.vocabulary import Filter, Vocabulary
from core.reports.scope import Scope
from core.text import find_nearest, fold, fold_key

VALUE_LIMIT = 150  # characters of the value of an option
KEPT = "="  # the value of the option that keeps a cut of several values, or without some
# A longer value is in no question that can be asked.
_LONGEST_VALUE = 400
_HASHED = "#"
_QUARTERS, _MONTHS = 8, 12
_NEAREST, _LEAST_ALIKE = 5, 0.65


@dataclass(frozen=True, slots=True)
class Choices:
    """The choices in the newest snapshot of an analyst, of the segments that its viewer may ask about."""

    analyst: Analyst

    def list_segments(self, typed: str) -> list[Option]:
        """Return the values that match some typed words, at most as many as a menu takes, the nearest first."""
        scope = self.analyst.find_scope()
        if scope is None:
            return []
        vocabulary = self._load_vocabulary(scope)
        options = (self._build_segment(entry, vocabulary) for entry in find_values(typed, vocabulary))
        return list(islice(filter(None, options), MOST_OPTIONS))

    def list_allowed(self) -> list[str]:
        """Return the cuts of the segments that the viewer is limited to, as they are typed; none without limits."""
        vocabulary = self._load_vocabulary(self.analyst.load_scope())
        entries = [read_limit(limit, vocabulary) for limit in sorted(self.analyst.viewer.limits or ())]
        return [spell_condition(entry) for entry in entries if entry]

    def choose(self, command: str, line: str, segment: str, period: str | None = None) -> Reply:
        """Return the reply to a line about a segment and a period instead of those in it.

        Args:
            command: `/nrr` or `/grr`.
            line: the line.
            segment: the value of an option of the menu; empty for the whole company, KEPT for the cut of the line.
            period: the period as it is typed, empty for the last complete quarter; None for that of the line.

        Raises:
            NrrbotError: the question cannot be answered, or the sheet does not have the segment any more.

        """
        analyst, scope = self.analyst, self.analyst.load_scope()
        request = analyst.read_request(line, scope, COMMAND_METRICS[command])
        vocabulary = self._load_vocabulary(scope)
        parts = request.line if request.line and len(request.line.sides) == 1 else Line()
        chosen: Period | None = parts.sides[0].period
        if period is not None and request.takes_period:
            chosen = analyst.build_reader(scope, "nrr").read(period).period
        if segment == KEPT:
            filters = parts.sides[0].filters
        else:
            filters = (self._read_segment(segment, vocabulary),) if segment else ()
        changed = replace(parts, sides=(Side(filters, chosen),))
        return analyst.reply(command, "" if changed == Line() else changed.spell(vocabulary))

    def build_modal(self, state: State) -> dict[str, Any]:
        """Return the modal that asks the question of an answer about another segment or period."""
        analyst, scope = self.analyst, self.analyst.load_scope()
        request = analyst.read_request(state.q, scope, COMMAND_METRICS[f"/{state.command}"])
        side = request.line.sides[0] if request.line else Side()
        segment = self._build_cut(side.filters, scope)
        own = side.period.label if side.period else ""
        periods = self._list_periods(own, scope) if request.takes_period else []
        return build_question_modal(segment, periods, own, analyst.translate)

    def _build_cut(self, filters: Sequence[Filter], scope: Scope) -> Option | None:
        """Return the option of a cut: that of its value, or one that keeps the cut; None for the whole company."""
        if not filters:
            return None
        own = (
            None
            if filters[1:] or filters[0].excluded
            else self._build_segment(filters[0], self._load_vocabulary(scope))
        )
        return own or Option(name_cut(filters, self.analyst.translate), KEPT)

    def _list_periods(self, own: str, scope: Scope) -> list[Option]:
        """Return the periods to choose from, that of the question among them."""
        reader, options = self.analyst.build_reader(scope, "nrr"), dict[str, str]()
        for label in filter(None, (own, *_list_period_labels(scope.ledger, scope.calendar))):
            with suppress(QuestionError):
                period = reader.read(label).period
                if period.window.start >= scope.ledger.first:
                    options.setdefault(period.label, self.analyst.translate.format_period(period))
        return [Option(text, label) for label, text in options.items()]

    def read_cut(self, option: str) -> str:
        """Return the value of an option that was chosen, as it is typed.

        Raises:
            QuestionError: the sheet does not have it any more.
            AccessError: the viewer may not ask about it.

        """
        vocabulary = self._load_vocabulary(self.analyst.load_scope())
        entry = self._read_segment(option, vocabulary)
        self.analyst.viewer.require_cuts([(entry,)], vocabulary)
        return spell_condition(entry)

    def find_option(self, cut: str) -> Option | None:
        """Return the option of a value as it is typed; None where the sheet does not have it any more."""
        vocabulary = self._load_vocabulary(self.analyst.load_scope())
        try:
            return self._build_segment(self._read_segment(cut, vocabulary), vocabulary)
        except QuestionError:
            return None

    def _build_segment(self, entry: Filter, vocabulary: Vocabulary) -> Option | None:
        """Return the option of a value; None where it is too long, or the viewer may not ask about it."""
        cut, translate = spell_condition(entry), self.analyst.translate
        if len(cut) > _LONGEST_VALUE or entry.dimension not in vocabulary.dimensions:
            return None
        if not self.analyst.viewer.may_ask((entry,), vocabulary):
            return None
        name = name_value(entry.dimension, entry.value, translate)
        heading = translate(vocabulary.heading(entry.dimension))
        return Option(translate(N_("{value} ({heading})"), value=name, heading=heading), _shorten_cut(cut))

    def _read_segment(self, option: str, vocabulary: Vocabulary) -> Filter:
        """Return the value of an option that was chosen.

        Raises:
            QuestionError: the sheet does not have it any more.

        """
        for dimension, values in vocabulary.dimensions.items():
            for value in values:
                entry = Filter(dimension, value)
                if _shorten_cut(spell_condition(entry)) == option:
                    return entry
        name = "" if option.startswith(_HASHED) else option.partition("=")[2].strip('"')
        if not name:
            raise QuestionError(N_("The data does not have this segment any more."), N_("Choose another one."))
        raise QuestionError(
            N_("The data does not have “{segment}” any more."), N_("Choose another one."), segment=shorten(name, 60)
        )

    def _load_vocabulary(self, scope: Scope) -> Vocabulary:
        return self.analyst.build_reader(scope, "nrr").vocabulary


def find_values(typed: str, vocabulary: Vocabulary) -> Iterator[Filter]:
    """Yield the values that match some typed words, the nearest first; all of them without words.

    A value matches by its name, by its other names (of sizes, of the tab Words) and by its column; where none does,
    those that are spelt alike do.
    """
    names: dict[Filter, list[str]] = {
        Filter(dimension, value): [fold_key(value)]
        for dimension, values in vocabulary.dimensions.items()
        for value in values
    }
    key = fold_key(typed)
    if not key:
        yield from names
        return
    for dimension, spellings in vocabulary.spellings.items():
        for spelling, value in spellings.items():
            names[Filter(dimension, value)].append(fold_key(spelling))
    for phrase, entry in vocabulary.workspace_words.items():
        if entry in names:
            names[entry].append(fold_key(phrase))
    ranks = {entry: _rank(key, keys) for entry, keys in names.items()}
    column = vocabulary.find_dimension(typed)
    matches = [entry for rank in range(_NO_MATCH) for entry in names if ranks[entry] == rank]
    matches += [entry for entry in names if entry.dimension == column and ranks[entry] == _NO_MATCH]
    if not matches:
        known = {fold(entry.value): entry for entry in reversed(names)}
        matches = [known[name] for name in find_nearest(fold(typed), known, _NEAREST, _LEAST_ALIKE)]
    yield from matches


_NO_MATCH = 3


def _shorten_cut(cut: str) -> str:
    """Return a cut as the value of an option: one that is too long as its hash."""
    return cut if len(cut) <= VALUE_LIMIT else _HASHED + hashlib.sha256(cut.encode()).hexdigest()


def _rank(key: str, names: list[str]) -> int:
    """Return how well the names of a value match a key, its own first: 0 is one, 1 begins one, 2 is in its own."""
    if key in names:
        return 0
    if any(name.startswith(key) for name in names):
        return 1
    return 2 if key in names[0] else _NO_MATCH


def _list_period_labels(ledger: Ledger, calendar: Calendar) -> Iterator[str]:
    """Yield periods as they are typed: twelve months, quarters, years, months, the latest of each first."""
    last = ledger.last
    yield f"TTM {last}"
    quarters = (calendar.part_of(last - 3 * step, 3) for step in range(_QUARTERS))
    yield from (f"Q{number} {year}" for year, number in quarters)
    yield from (str(year) for year in range(last.year, ledger.first.year, -1))
    yield from (str(last - step) for step in range(_MONTHS))
