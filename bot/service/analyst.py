"""What a person can ask: one literal table of sub-commands, and the analyst that answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from bot.locale.translator import Translator
from bot.messages.kit.message import Message
from bot.messages.kit.sentences import name_value
from bot.messages.reports.answer import answer_message, definition_message
from bot.messages.status.help import help_message
from core.config import Config
from core.errors import N_, ConfigError
from core.ledger.segments import Segments, SizeRules
from core.months import Calendar, Period, Window
from core.playbook.playbook import Playbook, Targets
from core.query.question import Question, Vocabulary, parse
from core.query.tokens import fold
from core.reports import answer as answers
from core.reports import comparison
from core.store.store import Snapshot, Store
from core.terms import Metric

if TYPE_CHECKING:
    # For their types alone: an answer need not load them.
    from core.outlook.account_signals import Signals, Thresholds

METRICS: Mapping[str, Metric] = {"/nrr": "nrr", "/grr": "grr"}


@dataclass(frozen=True, slots=True)
class Reply:
    """What answers a question: for a person, and as plain data. Each is made when it is asked for.

    Attributes:
        message: what Slack shows and the command line prints.
        data: what `--json` prints; what JSON can hold.

    """

    message: Callable[[], Message]
    data: Callable[[], Any]


@dataclass(frozen=True, slots=True)
class Analyst:
    """Where questions are answered: everything that an answer needs, and no connection to anywhere.

    Attributes:
        config: the config.
        store: where the snapshots are.
        source: which workbook, as its snapshots name it; None for whichever was synced last.
        playbook: benchmarks and levers.
        translate: the readers' language.
        clock: tells the present moment.

    """

    config: Config
    store: Store
    source: str | None
    playbook: Playbook
    translate: Translator
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
        question, snapshot, segments = self.question(text, metric)
        return answers.answer_question(
            question, segments, self.origin(snapshot), self.playbook, self.targets, self.today
        )

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

    def question(
        self, text: str, metric: Metric = "nrr", default: Period | None = None
    ) -> tuple[Question, Snapshot, Segments]:
        """Return a question in words as a value, with the snapshot and the ledger that it is asked of.

        Without a period in the words it is `default`, else the last complete quarter.

        Raises:
            QuestionError: it could not be read.
            NoSnapshotError: nothing was synced yet.

        """
        snapshot, segments = self.latest()
        vocabulary = _vocabulary(segments, self.translate)
        return parse(text, vocabulary, self.calendar, snapshot.data_through, metric, default), snapshot, segments

    @property
    def thresholds(self) -> Thresholds:
        """From where on a fact is a sign, by the config."""
        from core.outlook.account_signals import Thresholds

        return Thresholds(**msgspec.structs.asdict(self.config.signals))

    def reply(self, command: str, text: str) -> Reply:
        """Return what answers `/nrr text` or `/grr text`: a sub-command, two questions compared, or one.

        Raises:
            NrrbotError: with what to tell the person.

        """
        words = text.split()
        # "et si" before "et".
        for length in (2, 1):
            found = COMMANDS_BY_WORD.get(fold(" ".join(words[:length])))
            if found:
                return found.run(self, command, " ".join(words[length:]))
        sides = comparison.split_sides(text)
        if sides:
            return _versus(self, command, sides)
        answer = self.ask(text, METRICS[command])
        asked = f"{command} {text}".strip()
        return Reply(
            lambda: answer_message(answer, self.playbook, self.translate, asked=asked), lambda: answers.as_json(answer)
        )

    def define(self, command: str, text: str) -> Message:
        """Return what the figures of `/nrr text` mean, with the numbers put in."""
        return definition_message(self.ask(text, METRICS[command]), self.translate)


@lru_cache(maxsize=2)
def _segments(store: Store, snapshot_id: int, content_hash: str, rules: SizeRules) -> Segments:  # noqa: ARG001 - see below
    # The hash is there for the cache: in a file that was made anew, the ids begin anew too.
    return Segments(store.load(snapshot_id), rules)


@lru_cache(maxsize=4)
def _vocabulary(segments: Segments, translate: Translator) -> Vocabulary:
    return Vocabulary(segments.askable, {key: translate(name) for key, name in segments.headings.items()})


@dataclass(frozen=True, slots=True)
class Command:
    """A sub-command of `/nrr` and `/grr`.

    Attributes:
        words: what it is called, English first; any of them will do.
        summary: what it does, for the help.
        run: answers it, given the analyst, the slash command and the words that follow.

    """

    words: tuple[str, ...]
    summary: str
    run: Callable[[Analyst, str, str], Reply]


def _help(analyst: Analyst, command: str, rest: str) -> Reply:  # noqa: ARG001 - the table's signature
    values: dict[str, list[str]] = {}
    if analyst.store.latest(analyst.source) is not None:
        _, segments = analyst.latest()
        values = {
            segments.heading(key): [name_value(key, name, analyst.translate) for name in names]
            for key, names in segments.dimensions.items()
        }
    commands = [(each.words, each.summary) for each in COMMANDS]
    return Reply(lambda: help_message(commands, values, analyst.translate), lambda: {"segments": values})


def _by(analyst: Analyst, command: str, rest: str) -> Reply:
    from bot.messages.reports.breakdown import breakdown_message
    from core.reports import breakdown

    snapshot, segments = analyst.latest()
    dimension, others = breakdown.read_dimension(rest, _vocabulary(segments, analyst.translate))
    question, _, _ = analyst.question(others, METRICS[command])
    found = breakdown.break_down(question, dimension, segments, analyst.origin(snapshot))
    return Reply(lambda: breakdown_message(found, analyst.translate), lambda: breakdown.as_json(found))


def _methods(analyst: Analyst, command: str, rest: str) -> Reply:
    from bot.messages.reports.methods import methods_message
    from core.reports import methods

    question, snapshot, segments = analyst.question(rest, METRICS[command])
    found = methods.compare_methods(question, segments, analyst.origin(snapshot))
    return Reply(lambda: methods_message(found, analyst.translate), lambda: methods.as_json(found))


def _risks(analyst: Analyst, command: str, rest: str) -> Reply:
    from bot.messages.outlook.account_signals import risks_message
    from core.outlook import account_signals

    found = _signals(analyst, command, rest, account_signals.RISKS)
    return Reply(lambda: risks_message(found, analyst.translate), lambda: account_signals.as_json(found))


def _opportunities(analyst: Analyst, command: str, rest: str) -> Reply:
    from bot.messages.outlook.account_signals import opportunities_message
    from core.outlook import account_signals

    found = _signals(analyst, command, rest, account_signals.OPPORTUNITIES)
    return Reply(lambda: opportunities_message(found, analyst.translate), lambda: account_signals.as_json(found))


def _signals(analyst: Analyst, command: str, rest: str, codes: Sequence[str]) -> Signals:
    from core.outlook import account_signals

    question, snapshot, segments = analyst.question(rest, METRICS[command])
    return account_signals.find_signals(
        codes, question, segments, analyst.origin(snapshot), analyst.today, analyst.thresholds
    )


def _renewals(analyst: Analyst, command: str, rest: str) -> Reply:
    from bot.messages.outlook.account_signals import renewals_message
    from core.outlook import account_signals

    days, others = account_signals.read_days(rest)
    question, snapshot, segments = analyst.question(others, METRICS[command])
    found = account_signals.find_renewals(
        question, segments, analyst.origin(snapshot), analyst.today, analyst.thresholds, days
    )
    return Reply(lambda: renewals_message(found, analyst.translate), lambda: account_signals.as_json(found))


def _versus(analyst: Analyst, command: str, sides: tuple[str, str]) -> Reply:
    from bot.messages.reports.comparison import comparison_message

    snapshot, segments = analyst.latest()
    vocabulary = _vocabulary(segments, analyst.translate)
    questions = comparison.read_sides(sides, vocabulary, analyst.calendar, snapshot.data_through, METRICS[command])
    found = comparison.compare_sides(questions, segments, analyst.origin(snapshot))
    return Reply(lambda: comparison_message(found, analyst.translate), lambda: comparison.as_json(found))


def _trend(analyst: Analyst, command: str, rest: str) -> Reply:
    from bot.messages.reports.trend import trend_message
    from core.reports import trend

    snapshot, segments = analyst.latest()
    year = Period("ttm", Window.ending(segments.ledger.last, answers.YEAR))
    question, _, _ = analyst.question(rest, METRICS[command], year)
    found = trend.build_trend(question, segments, analyst.origin(snapshot))
    return Reply(lambda: trend_message(found, analyst.translate), lambda: trend.as_json(found))


def _cohorts(analyst: Analyst, command: str, rest: str) -> Reply:
    from bot.messages.reports.cohorts import cohorts_message
    from core.reports import cohorts

    snapshot, segments = analyst.latest()
    grain, others = cohorts.read_grain(rest, _vocabulary(segments, analyst.translate))
    question, _, _ = analyst.question(others, METRICS[command], cohorts.whole_history(segments.ledger))
    found = cohorts.build_cohorts(question, grain, segments, analyst.origin(snapshot), analyst.calendar)
    return Reply(lambda: cohorts_message(found, analyst.translate), lambda: cohorts.as_json(found))


def _data(analyst: Analyst, command: str, rest: str) -> Reply:  # noqa: ARG001 - the table's signature
    from bot.messages.status.data import data_json, data_message

    snapshot, segments = analyst.latest()
    quarantined = int(segments.ledger.quarantined.sum())
    return Reply(
        lambda: data_message(snapshot, quarantined, analyst.translate), lambda: data_json(snapshot, quarantined)
    )


def _accounts(analyst: Analyst, command: str, rest: str) -> Reply:
    from bot.messages.reports.accounts import SHOWN, accounts_message
    from core.reports import accounts

    snapshot, segments = analyst.latest()
    parts, others = accounts.read_parts(rest, _vocabulary(segments, analyst.translate))
    question, _, _ = analyst.question(others, METRICS[command])

    def find(limit: int | None) -> accounts.Accounts:
        return accounts.list_accounts(question, parts, segments, analyst.origin(snapshot), limit)

    found, link = find(SHOWN), _opener(snapshot, segments.ledger.tab)
    return Reply(
        lambda: accounts_message(found, analyst.translate, link, asked=rest), lambda: accounts.as_json(find(None), link)
    )


def _opener(snapshot: Snapshot, tab: str) -> Callable[[tuple[int, int]], str]:
    """Return what gives the address that opens rows (first, last) of a tab; a file's rows have none."""
    from sheets.google.address import address

    kind, _, name = snapshot.source.partition(":")
    ids = [each["id"] for each in snapshot.tabs if each["title"] == tab]
    return lambda rows: address(name, ids[0], f"{rows[0]}:{rows[1]}") if kind == "google" and ids else ""


def _explain(analyst: Analyst, command: str, rest: str) -> Reply:
    from bot.messages.reports.explanation import explanation_message
    from core.reports import explanation

    question, snapshot, segments = analyst.question(rest, METRICS[command])
    found = explanation.explain(
        question, segments, analyst.origin(snapshot), analyst.playbook, analyst.targets, analyst.today
    )
    return Reply(
        lambda: explanation_message(found, analyst.playbook, analyst.translate), lambda: explanation.as_json(found)
    )


def _whatif(analyst: Analyst, command: str, rest: str) -> Reply:
    from bot.messages.outlook.scenario import scenario_message
    from core.outlook import scenario
    from core.query import scenarios

    _, segments = analyst.latest()
    supposition, others = scenarios.parse(rest, scenario.account_finder(segments.ledger).knows)
    question, snapshot, segments = analyst.question(others, METRICS[command])
    found = scenario.measure_scenario(question, supposition, segments, analyst.origin(snapshot))
    return Reply(lambda: scenario_message(found, analyst.translate), lambda: scenario.as_json(found))


def _lose(analyst: Analyst, command: str, rest: str) -> Reply:
    return _whatif(analyst, command, f"lose {rest}")


def _targets(analyst: Analyst, command: str, rest: str) -> Reply:  # noqa: ARG001 - the table's signature
    from bot.messages.outlook.targets import targets_message
    from core.outlook import targets

    targets.require_no_words(rest)
    snapshot, segments = analyst.latest()
    found = targets.build_target_board(segments, analyst.origin(snapshot), analyst.calendar, analyst.targets)
    return Reply(lambda: targets_message(found, analyst.translate), lambda: targets.as_json(found))


def _outlook(analyst: Analyst, command: str, rest: str) -> Reply:
    from bot.messages.outlook.forecast import forecast_message
    from core.outlook import forecast

    question, snapshot, segments = analyst.question(rest, METRICS[command])
    origin = analyst.origin(snapshot)
    found = forecast.forecast(
        question, segments, origin, analyst.calendar, analyst.playbook, analyst.today, analyst.thresholds
    )
    return Reply(lambda: forecast_message(found, analyst.translate), lambda: forecast.as_json(found))


# In the order of the help. Imports stand in the functions: an answer should not pay for what it does not show.
COMMANDS = (
    Command(
        ("why", "pourquoi", "explain", "explique"),
        N_("is it good, why, which accounts, what would move it: why enterprise Q3"),
        _explain,
    ),
    Command(("by", "par"), N_("every value of a column side by side: by industry Q3"), _by),
    Command(
        ("accounts", "comptes"), N_("the accounts behind a figure, and their rows: enterprise Q3 churn"), _accounts
    ),
    Command(("trend", "tendance"), N_("the twelve-month ratios and the movements, month by month"), _trend),
    Command(("cohorts", "cohortes"), N_("by quarter of first MRR, or year: what each keeps; cohorts year"), _cohorts),
    Command(("methods", "méthodes"), N_("the three ways to compute NRR, and why they differ here"), _methods),
    Command(("risks", "risques"), N_("accounts with a sign of leaving, by the MRR at stake"), _risks),
    Command(("opportunities", "opportunités"), N_("accounts that are ready to grow"), _opportunities),
    Command(("renewals", "renouvellements", "échéances"), N_("renewals in the next 90 days: renewals 60"), _renewals),
    Command(
        ("whatif", "et si", "si", "what if", "what-if", "hypothèse"),
        N_('what a change would bring: whatif churn 5%->3%, whatif enterprise grr 95, whatif lose "Acme"'),
        _whatif,
    ),
    Command(("lose", "perdre"), N_('what the loss of an account would cost: lose "Acme"'), _lose),
    Command(("targets", "objectifs"), N_("NRR and GRR against their targets, and the MRR that is missing"), _targets),
    Command(
        ("outlook", "perspectives", "perspective", "prévision", "prévisions"),
        N_("where the twelve months would end if the last three went on"),
        _outlook,
    ),
    Command(("data", "données"), N_("what the figures stand on, and the problems in the sheet by code"), _data),
    Command(("help", "aide", "?"), N_("what you can ask, and the segments there are"), _help),
)
COMMANDS_BY_WORD: Mapping[str, Command] = {fold(word): command for command in COMMANDS for word in command.words}
