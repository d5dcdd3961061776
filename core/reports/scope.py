"""The scope of a question: everything that its answer follows from, the words that name its cut, and the cut itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any, get_args

from core.advice.assessment import Aim
from core.advice.health import AccountSigns
from core.advice.sign_tests import SignTests, run_sign_tests
from core.errors import N_, QuestionError, Sentence
from core.ledger.history import choose_default_period, explain_missing_close, explain_missing_ratio
from core.ledger.ledger import Ledger
from core.ledger.past_facts import PastFacts
from core.ledger.segments import Segments
from core.months import Calendar, Month, Period, Window
from core.playbook.playbook import Playbook, Targets
from core.query.base_floor import find_floor, read_floor
from core.query.limits import refuse_limits
from core.query.question import Filter, Question, parse_question
from core.query.vocabulary import Vocabulary
from core.sources.cuts import Cuts, LedgerCuts
from core.terms import Component, Metric
from core.thresholds import SignalThresholds

YEAR = 12
ADD_ENDS = N_("Add the lines that have ended, with the dates of their ends: an export with the canceled ones has both.")
COMPONENT_ORDER: tuple[Component, ...] = ("expansion", "contraction", "churn")
# The codes of problems of the sheet's own totals begin with this.
TOTAL_CODES = "implausible_total"
# The problem code of two accounts that may be one customer, which count as churn and as new.
RENAME_CODE = "implausible_rename"


@dataclass(frozen=True, slots=True)
class Staleness:
    """That the workbook was not confirmed for too long.

    Attributes:
        since: when it was last confirmed, UTC.
        reason: why it cannot be read; None if that is not known.
        notified: the names of the people who were notified of it.

    """

    since: dt.datetime
    reason: Sentence | None = None
    notified: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Origin:
    """The snapshot that an answer is computed from.

    Attributes:
        id: its number in the store.
        synced_at: when the workbook was read, UTC.
        version: the workbook's version then.
        problems: number of problems of each code in the sheet.
        workbook: the workbook's name.
        doubts: decisions of the reading that may make every figure wrong.
        decisions: all decisions of the reading, as they were stored.
        absurd_accounts: the ids of the accounts with an `amount_absurd` cell that no one accepted.
        differing_totals: the fingerprints of the problems of the sheet's own totals that no one accepted.
        tabs: the tabs that were read and their headings, as they were stored.
        staleness: None if the workbook was confirmed lately.
        is_of_warehouse: whether the figures are those of a warehouse.

    """

    id: int
    synced_at: dt.datetime
    version: str
    problems: Mapping[str, int]
    workbook: str = ""
    doubts: tuple[Sentence, ...] = ()
    decisions: Sequence[Mapping[str, Any]] = ()
    absurd_accounts: frozenset[str] = frozenset()
    differing_totals: frozenset[str] = frozenset()
    tabs: Sequence[Mapping[str, Any]] = ()
    staleness: Staleness | None = None
    is_of_warehouse: bool = False

    @property
    def cautions(self) -> tuple[Sentence, ...]:
        """The reasons to check the sheet before its figures are used: doubts, then implausible figures."""
        return self._list_cautions(code for code in self.problems if code.startswith("implausible_"))

    @property
    def cautions_without_totals(self) -> tuple[Sentence, ...]:
        """The same without the sheet's own totals."""
        codes = (code for code in self.problems if code.startswith("implausible_"))
        return self._list_cautions(code for code in codes if not code.startswith(TOTAL_CODES))

    def _list_cautions(self, codes: Iterable[str]) -> tuple[Sentence, ...]:
        implausible = list(codes)
        cautions = list(self.doubts)
        if RENAME_CODE in implausible:
            implausible.remove(RENAME_CODE)
            sentence = N_(
                "Customers whose names differ in spelling or legal form only count as lost and as new. If they were "
                "renamed, NRR and GRR are too low: see {code} in the tab NRR Problems."
            )
            cautions.append(Sentence(sentence, {"code": RENAME_CODE}))
        if implausible:
            sentence = N_("The tab NRR Problems lists figures that are rarely right ({codes}).")
            cautions.append(Sentence(sentence, {"codes": ", ".join(implausible)}))
        return tuple(cautions)


@dataclass(frozen=True, eq=False)
class Scope:
    """Everything that an answer follows from, of one snapshot and one day.

    Attributes:
        segments: the ledger and its dimensions.
        origin: the snapshot that the ledger comes from.
        calendar: the fiscal calendar.
        playbook: benchmarks and levers.
        targets: the yearly targets of the config, used where the sheet gives none.
        thresholds: the values at which a fact about an account becomes a signal.
        today: the day from which renewals are counted.
        load_past_facts: returns the facts about the accounts at the ends of past months, by month; empty where no
            snapshot keeps them.
        warehouse: the figures of a warehouse, whose ledger has no accounts; None for a workbook.

    """

    segments: Segments
    origin: Origin
    calendar: Calendar
    playbook: Playbook
    targets: Targets
    thresholds: SignalThresholds
    today: dt.date
    load_past_facts: Callable[[], Sequence[PastFacts]] = tuple
    warehouse: Cuts | None = None

    def watch(self) -> Scope:
        """Return the same scope, which notices for one answer whether a warehouse holds a newer load."""
        return replace(self, warehouse=self.warehouse.watch()) if self.warehouse else self

    @property
    def has_newer_load(self) -> bool:
        """Whether figures came from a newer load of a warehouse than the snapshot."""
        return bool(self.cuts.newer)

    @property
    def cuts(self) -> Cuts:
        """The sums and the accounts of every cut."""
        return self.warehouse or LedgerCuts(self.segments)

    @property
    def billed_cuts(self) -> Cuts:
        """The same without the rule for accounts that pay by usage: for movements from close to close."""
        return self.warehouse or LedgerCuts(replace(self.segments, ledger=self.ledger.as_billed))

    @property
    def ledger(self) -> Ledger:
        """The ledger of the snapshot."""
        return self.segments.ledger

    @cached_property
    def signs(self) -> AccountSigns:
        """The signs of the accounts as of today."""
        return AccountSigns(self.ledger, self.today, self.thresholds)

    @cached_property
    def sign_tests(self) -> SignTests:
        """The signs of risk put to the test on the past."""
        return _run_sign_tests(self.ledger, self.today, self.thresholds, tuple(self.load_past_facts()))


@lru_cache(maxsize=2)
def _run_sign_tests(
    ledger: Ledger, today: dt.date, thresholds: SignalThresholds, past_facts: tuple[PastFacts, ...]
) -> SignTests:
    # Every answer about one snapshot has the same tests, and they take as long as the figures of an answer. The ledger
    # without names is another one.
    return run_sign_tests(AccountSigns(ledger, today, thresholds), past_facts)


@dataclass(frozen=True, slots=True, eq=False)
class QuestionReader:
    """Reads words about one scope.

    Attributes:
        scope: the snapshot that is asked about.
        vocabulary: its dimensions and values, as people name them.
        metric: the figure that comes first unless the words name another.
        floor: the ARR from which the base of every question begins; None where the words may name one.
        explains: whether an error names what was understood, and near names, which takes longer than a reading.

    """

    scope: Scope
    vocabulary: Vocabulary
    metric: Metric
    floor: Filter | None = None
    explains: bool = True

    def read(self, text: str, default: Period | None = None, *, ahead: bool = False) -> Question:
        """Return the question in `text`.

        Args:
            text: the words, in any order.
            default: the period where the words name none; when None, the last complete quarter that the sheet has.
            ahead: whether the period is one to come, from today on.

        Raises:
            QuestionError: a word was not understood, or the words contradict each other, or name a limit of a list.

        """
        scope = self.scope
        floor, text = read_floor(text, scope.ledger.currency.code)
        refuse_limits(text, self.vocabulary)
        default = default or choose_default_period(scope.ledger, scope.calendar)
        month = Month.containing(scope.today) if ahead else None
        return parse_question(
            text,
            self.vocabulary,
            scope.calendar,
            scope.ledger.last,
            self.metric,
            default,
            month,
            floor or self.floor,
            explains=self.explains,
        )


def read_question(text: str, reader: QuestionReader) -> Question:
    """Return the question in `text`; its period is the last complete quarter where the words name none.

    Raises:
        QuestionError: a word was not understood, or the words contradict each other.

    """
    return reader.read(text)


def build_quarter_question(scope: Scope, *filters: Filter) -> Question:
    """Return the question about the last complete quarter that the sheet has: of the whole company, or of a cut."""
    return Question("nrr", filters, choose_default_period(scope.ledger, scope.calendar))


def build_year_question(scope: Scope, *filters: Filter) -> Question:
    """Return the question about the twelve months to the last close; without their closes that of the last quarter."""
    year = Window.ending(scope.ledger.last, YEAR)
    if not scope.ledger.covers(year):
        return build_quarter_question(scope, *filters)
    return Question("nrr", filters, Period("ttm", year))


def require_history(ledger: Ledger, period: Period) -> None:
    """Check that the sheet has both closes of a period.

    Raises:
        QuestionError: it does not.

    """
    _require_closes(ledger, period, period.window)


def require_close(ledger: Ledger, period: Period) -> None:
    """Check that the sheet has the close that ends a period.

    Raises:
        QuestionError: it does not.

    """
    close = period.window.end
    if not ledger.has_close(close):
        _require_closes(ledger, period, Window(close, close + 1))


def _require_closes(ledger: Ledger, period: Period, window: Window) -> None:
    reason = explain_missing_close(ledger, window)
    if reason and window.start < ledger.first:
        raise QuestionError(N_("{period} {reason}."), N_("Ask for a later period."), period=period, reason=reason)
    if reason:
        raise QuestionError(
            N_("{period} {reason}."),
            N_("Ask for a period that begins and ends with a close of the data. The last one is {last}."),
            period=period,
            reason=reason,
            last=ledger.last,
        )


def require_ends(ledger: Ledger) -> None:
    """Check that the sheet can show that an account left, where a report is about retention alone.

    Raises:
        QuestionError: it cannot.

    """
    reason = explain_missing_ratio(ledger)
    if reason:
        raise QuestionError(N_("Retention is n/a: {reason}."), ADD_ENDS, reason=reason)


def require_cohort_method(question: Question) -> None:
    """Check that a question asks for the cohort method, where a report has no other.

    Raises:
        QuestionError: it asks for another method.

    """
    if question.method != "cohort":
        raise QuestionError(
            N_('This is by the cohort method only, and you asked for "{method}".'),
            N_("Leave that word out; `methods` shows the three side by side."),
            method=question.method,
        )


def choose_targets(ledger: Ledger, filters: Sequence[Filter], defaults: Targets) -> dict[Metric, Aim]:
    """Return the yearly targets that a cut has itself; a ratio without one is missing.

    The whole company has its row of the sheet, else the targets of the config. A segment has its row of the sheet, and
    a cut of several segments or from an ARR on none: a target of a whole says nothing about a part of it.
    """
    metrics: tuple[Metric, ...] = get_args(Metric)
    if not filters:
        return {
            metric: Aim(ledger.targets["", metric], "company")
            if ("", metric) in ledger.targets
            else Aim(getattr(defaults, metric), "config")
            for metric in metrics
        }
    names = [entry.value for entry in filters if entry.dimension in {"segment", "size"} and not entry.excluded]
    if len(names) != 1 or find_floor(filters):
        return {}
    keys = ((names[0], metric) for metric in metrics)
    return {key[1]: Aim(ledger.targets[key], "segment") for key in keys if key in ledger.targets}
