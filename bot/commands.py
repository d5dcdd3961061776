"""What a person can ask: one literal table of sub-commands, and the desk that answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.messages import Message
from bot.messages.answers import answer_message, definition_message
from bot.messages.figures import value_name
from bot.messages.plain import help_message
from bot.words import Words
from core import answer as answers
from core.benchmarks import Playbook, Targets
from core.config import Config
from core.errors import N_, ConfigError
from core.months import Calendar
from core.question import Metric, Vocabulary, parse
from core.segments import Segments, SizeRules
from core.store import Snapshot, Store

METRICS: Mapping[str, Metric] = {"/nrr": "nrr", "/grr": "grr"}


@dataclass(frozen=True, slots=True)
class Desk:
    """Where questions are answered: everything that an answer needs, and no connection to anywhere.

    Attributes:
        config: the config.
        store: where the snapshots are.
        source: which workbook, as its snapshots name it; None for whichever was synced last.
        playbook: benchmarks and levers.
        words: the readers' language.
        clock: tells the present moment.

    """

    config: Config
    store: Store
    source: str | None
    playbook: Playbook
    words: Words
    clock: Callable[[], dt.datetime]

    def latest(self) -> tuple[Snapshot, Segments]:
        """Return the newest snapshot and its ledger; the ledger stays in memory until there is a newer one.

        Raises:
            NoSnapshotError: nothing was synced yet.

        """
        snapshot = self.store.require(self.source)
        return snapshot, _segments(self.store, snapshot.id, snapshot.content_hash, self.rules)

    def ask(self, text: str, metric: Metric = "nrr") -> answers.Answer:
        """Return the answer to a question in words.

        Raises:
            QuestionError: it could not be read.
            NoSnapshotError: nothing was synced yet.

        """
        snapshot, segments = self.latest()
        question = parse(
            text,
            Vocabulary(segments.askable, {key: self.words(name) for key, name in segments.headings.items()}),
            self.calendar,
            snapshot.data_through,
            metric,
        )
        return answers.answer(question, segments, self.origin(snapshot), self.playbook, self.targets, self.today)

    @property
    def today(self) -> dt.date:
        """The day it is where the schedule's time zone is."""
        return self.clock().astimezone(self.zone).date()

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of the schedule.

        Raises:
            ConfigError: there is none of that name.

        """
        name = self.config.schedule.time_zone
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ConfigError(
                N_("There is no time zone {name!r} (schedule.time_zone)."),
                N_("Use a name such as Europe/Paris."),
                name=name,
            ) from error

    @staticmethod
    def origin(snapshot: Snapshot) -> answers.Origin:
        """Return what an answer says of its snapshot: the data is as old as the last look at the workbook."""
        return answers.Origin(snapshot.id, snapshot.checked_at, snapshot.source_version, snapshot.problems)

    @property
    def rules(self) -> SizeRules:
        """Where the derived sizes begin, by the config."""
        return SizeRules(self.config.segments.mid_market_from, self.config.segments.enterprise_above)

    @property
    def calendar(self) -> Calendar:
        """The fiscal calendar of the config."""
        return Calendar(self.config.company.fiscal_year_starts)

    @property
    def targets(self) -> Targets:
        """The yearly targets of the config."""
        return Targets(Fraction(self.config.targets.nrr, 100), Fraction(self.config.targets.grr, 100))

    def reply(self, command: str, text: str) -> Message:
        """Return the message that answers `/nrr text` or `/grr text`.

        Raises:
            NrrbotError: with what to tell the person.

        """
        first, _, rest = text.strip().partition(" ")
        found = COMMANDS_BY_WORD.get(first.casefold())
        if found:
            return found.run(self, command, rest)
        asked = f"{command} {text}".strip()
        return answer_message(self.ask(text, METRICS[command]), self.playbook, self.words, asked=asked)

    def define(self, command: str, text: str) -> Message:
        """Return what the figures of `/nrr text` mean, with the numbers put in."""
        return definition_message(self.ask(text, METRICS[command]), self.words)


@lru_cache(maxsize=2)
def _segments(store: Store, snapshot_id: int, content_hash: str, rules: SizeRules) -> Segments:  # noqa: ARG001 - see below
    # The hash is there for the cache: in a file that was made anew, the ids begin anew too.
    return Segments(store.load(snapshot_id), rules)


@dataclass(frozen=True, slots=True)
class Command:
    """A sub-command of `/nrr` and `/grr`.

    Attributes:
        words: what it is called, English first; any of them will do.
        summary: what it does, for the help.
        run: answers it, given the desk, the slash command and the words that follow.

    """

    words: tuple[str, ...]
    summary: str
    run: Callable[[Desk, str, str], Message]


def _help(desk: Desk, command: str, rest: str) -> Message:  # noqa: ARG001 - the table's signature
    values: dict[str, list[str]] = {}
    if desk.store.latest(desk.source) is not None:
        _, segments = desk.latest()
        values = {
            segments.heading(key): [value_name(key, name, desk.words) for name in names]
            for key, names in segments.dimensions.items()
        }
    return help_message([(each.words, each.summary) for each in COMMANDS], values, desk.words)


COMMANDS = (Command(("help", "aide", "?"), N_("what you can ask, and the segments there are"), _help),)
COMMANDS_BY_WORD: Mapping[str, Command] = {word: command for command in COMMANDS for word in command.words}
