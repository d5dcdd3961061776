"""The one door: words to an answer. Slack, the command line, jobs and digests all come through here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from copy import copy
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.locale.readers import Reader
from bot.locale.translator import Translator, get_translator
from bot.messages.freshness.earlier import build_pruned_message, mark_earlier
from bot.messages.kit.layout import add_spans, render
from bot.messages.kit.message import Message
from bot.messages.kit.parts import Button, MessagePart, Note, Paragraph, Place, Timestamp
from bot.messages.kit.provenance import NEWER_LOAD, mark_old_data, mark_stale_data
from bot.messages.status.reading import LineNamer
from bot.service.access.audit import Audit
from bot.service.access.names import (
    count_hidden_accounts,
    find_naming_columns,
    hide_all_accounts,
    hide_causes,
    hide_other_segments,
)
from bot.service.access.own_accounts import name_own_accounts
from bot.service.access.viewer import OPERATOR, OWNER, NamesWithheldError, Viewer, read_limits
from bot.service.buttons.state import State, build_state, read_state, write_state
from bot.service.commands import ACTING, COURTESY, HISTORY, SUB_COMMANDS, Reply, ReplyContext, find_command, is_given
from bot.service.links import build_problems_link, build_row_linker, build_sheet_link
from bot.service.memory import Memory, Preparation, free_earlier, remember, settle_collector
from bot.service.requests import Request, RequestReader, check_length
from core.config import Config, load_company_playbook
from core.errors import N_, AccessError, ConfigError, NoSnapshotError, NrrbotError, QuestionError, Sentence
from core.ledger.history import choose_default_period
from core.ledger.ledger import Ledger
from core.ledger.past_facts import PastFacts
from core.ledger.segments import Segments, SizeRules
from core.ledger.usage_pricing import UsagePricing, build_usage_pricing
from core.money import round_fraction
from core.months import Calendar, Month
from core.playbook.playbook import Playbook, Targets
from core.query.intents.items import Words
from core.query.intents.lexicon import load_lexicon
from core.query.intents.lines import Line, Side
from core.query.intents.reader import is_courtesy
from core.query.intents.sentence import Moment
from core.query.question import Question
from core.query.vocabulary import Filter, Vocabulary
from core.reports.answer import answer_question
from core.reports.scope import TOTAL_CODES, Origin, QuestionReader, Scope, Staleness
from core.store.requests.audit import AuditFile
from core.store.snapshots import Snapshot
from core.store.state.polls import Poll
from core.store.store import Store
from core.terms import LANGUAGES, Language, Metric

if TYPE_CHECKING:
    # For their types alone: an answer does not load them.
    from bot.messages.advice.next_steps import Asked
    from bot.messages.corrections.changes import Changes
    from core.lookup.figures import FigureMemory, FigureTable
    from core.metrics.cube import Cube
    from core.metrics.restatements import Restatement
    from core.sources.cuts import Cuts
    from sheets.problems import Problem

ABSURD = "amount_absurd"
# The name of the reply where the snapshot of an answer is not kept any more.
PRUNED = "pruned"
# Questions whose answers use everything that is derived once for each snapshot; the sentence builds the index of names.
WARMING = ("", "why", "which accounts left")
# A workbook that cannot be read for this long is reported, in answers and to the administrators.
UNREADABLE_AFTER = dt.timedelta(minutes=15)
# Well above the resolution of the times of a file system.
_SETTLED = dt.timedelta(milliseconds=100)
COMMAND_METRICS: Mapping[str, Metric] = {"/nrr": "nrr", "/grr": "grr"}


@dataclass(frozen=True, slots=True)
class LoadedSnapshot:
    """The newest snapshot, looked up once for everything that one reply reports.

    Attributes:
        snapshot: the snapshot.
        scope: its ledger with everything else that answers follow from.
        store: the store that it is in.
        key: tells it from any other, on any other day.
        hide: where the reader may see no names, returns restatements without them.

    """

    snapshot: Snapshot
    scope: Scope
    store: Store
    key: Hashable
    hide: Callable[[list[Restatement]], list[Restatement]] = list

    def problems(self) -> list[Problem]:
        """Return the problems in the sheet."""
        from sheets.problems import Problem

        return [Problem.restore(row) for row in self.store.problems(self.snapshot.id)]

    def list_error_codes(self, account_id: str) -> Sequence[str]:
        """Return the codes of the errors in the sheet that exclude an account, each once."""
        from sheets.problems import list_error_codes

        accounts = self.scope.ledger.accounts
        return list_error_codes(
            self.problems(), account_id, is_unpriced=bool(accounts.unpriced[accounts.ids.index(account_id)])
        )

    def load_accepted(self) -> Mapping[str, bool]:
        """Return fingerprint -> whether the workbook shows its acceptance, for the accepted problems."""
        return self.store.load_accepted(self.snapshot.source)

    def figures(self) -> Cube:
        """Return the recorded figures."""
        return self.store.figures(self.snapshot.id)

    def restatements(self, since: int = 0) -> list[Restatement]:
        """Return the restatements of this workbook that came with snapshots after `since`, the oldest first."""
        if since >= self.snapshot.id:
            return []
        return self.hide(self.store.restatements(self.snapshot.source, since))


@dataclass(frozen=True, slots=True)
class _Memories:
    """The values that an analyst computes once."""

    states: Memory = field(default_factory=lambda: Memory(1))
    newest: Memory = field(default_factory=lambda: Memory(1))
    earlier: Memory = field(default_factory=lambda: Memory(2))
    warmed: Memory = field(default_factory=lambda: Memory(1))
    replies: Memory = field(default_factory=lambda: Memory(64))
    preparation: Preparation = field(default_factory=Preparation)


@dataclass(frozen=True, slots=True)
class Analyst:
    """Answers questions about one workbook; connected to no network.

    Attributes:
        config: the config.
        store: the store of the snapshots.
        source: the workbook, as its snapshots name it; None for the one that was synced last.
        playbook: benchmarks and levers.
        translate: the readers' language.
        clock: returns the present moment.
        viewer: the reader of the answers: the one at the command line, or whom the gate has let in (`serve`).

    Answers are remembered: the settings are those of the analyst, and the rest is their key.

    """

    config: Config
    store: Store
    source: str | None
    playbook: Playbook
    translate: Translator
    clock: Callable[[], dt.datetime]
    viewer: Viewer = OPERATOR
    audit: Audit = field(init=False, repr=False, compare=False)
    _is_recorded: bool = field(default=True, init=False, repr=False, compare=False)
    _memories: _Memories = field(default_factory=_Memories, init=False, repr=False, compare=False)

    @classmethod
    def open(cls, config: Config, clock: Callable[[], dt.datetime]) -> Self:
        """Return the analyst of a config.

        Raises:
            ConfigError: the file of benchmarks cannot be used, or the address of the workbook is not one.

        """
        from sheets.connect import find_source

        store, translate = Store(Path(config.store.path)), get_translator(config.company.language or "en")
        return cls(config, store, find_source(config), load_company_playbook(config), translate, clock)

    def __post_init__(self) -> None:
        audit = Audit(AuditFile(self.store.path, self.config.store.keep_days), self.clock)
        object.__setattr__(self, "audit", audit)

    def serve(self, viewer: Viewer, *, is_recorded: bool = True) -> Self:
        """Return the analyst whose answers a viewer may see. It shares all that is remembered.

        Args:
            viewer: the reader of the answers.
            is_recorded: whether each answer is a line of the audit: those that make up a page are one, by its caller.

        """
        served = copy(self)
        object.__setattr__(served, "viewer", viewer)
        object.__setattr__(served, "_is_recorded", is_recorded)
        return served

    def speak(self, translate: Translator) -> Self:
        """Return the analyst for readers of another language or time zone. It shares all that is remembered."""
        analyst = copy(self)
        object.__setattr__(analyst, "translate", translate)
        return analyst

    def find_snapshot(self) -> Snapshot | None:
        """Return the newest snapshot, without its ledger; None before the first sync."""
        return self.store.find_latest_snapshot(self.source)

    def find_newest(self) -> LoadedSnapshot | None:
        """Find the newest snapshot and load it, as the viewer may see it; None before the first sync.

        Raises:
            AccessError: the viewer may not see the figures of the whole company.

        """
        self.viewer.require_all()
        newest = self._find_newest()
        return self._show(newest) if newest else None

    def require_accounts(self, command: str) -> None:
        """Refuse a command that needs the accounts of the newest snapshot, where a warehouse has them.

        Raises:
            QuestionError: it does.

        """
        snapshot = self.find_snapshot()
        if snapshot and snapshot.is_of_warehouse:
            raise _refuse_warehouse(command, self.translate)

    def _find_newest(self) -> LoadedSnapshot | None:
        """Find the newest snapshot and load it. Until it is warmed, where that is expected, the one before answers."""
        preparation = self._memories.preparation
        earlier: LoadedSnapshot | None = preparation.find_earlier()
        if earlier:
            return earlier
        snapshot, accepted = self._find_state()
        if snapshot is None:
            return None
        loaded: LoadedSnapshot | None = self._memories.newest.find_last() if preparation.is_left_to_other() else None
        return loaded if loaded and loaded.snapshot.id != snapshot.id else self._load(snapshot, accepted)

    def _show(self, loaded: LoadedSnapshot) -> LoadedSnapshot:
        """Return a snapshot as the viewer may see it: without names of accounts, if these are withheld."""
        if self.viewer.sees_names:
            return loaded
        segments = loaded.scope.segments
        cuts = loaded.scope.warehouse
        scope = replace(
            loaded.scope,
            segments=hide_all_accounts(segments, self.translate),
            warehouse=cuts.hide_names() if cuts else None,
        )

        def hide(restatements: list[Restatement]) -> list[Restatement]:
            return hide_causes(restatements, segments, self.translate)

        return replace(loaded, scope=scope, hide=hide)

    def _find_state(self) -> tuple[Snapshot | None, frozenset[str]]:
        """Return the newest snapshot and the fingerprints of the accepted problems.

        They are remembered while the store was not written: to look them up takes as long as the rest of a reply.
        """
        stamp = self.store.stamp()
        settled = int((self.clock() - _SETTLED).timestamp() * 1e9)
        if not stamp or any(written > settled for _, _, written in stamp):
            return self._read_state()
        return self._memories.states.get(stamp, self._read_state)

    def _read_state(self) -> tuple[Snapshot | None, frozenset[str]]:
        snapshot, accepted = self.store.find_latest_state(self.source)
        return snapshot, frozenset(accepted)

    def load_newest(self) -> LoadedSnapshot:
        """Find the newest snapshot and load it, as the viewer may see it.

        Raises:
            NoSnapshotError: nothing was synced yet.
            AccessError: the viewer may not see the figures of the whole company.

        """
        self.viewer.require_all()
        return self._show(self._load_newest())

    def _load_newest(self) -> LoadedSnapshot:
        # The store reports why it has no snapshot.
        return self._find_newest() or self._load(self.store.load_latest_snapshot(self.source), frozenset())

    def expect_snapshot(self) -> AbstractContextManager[None]:
        """Return a block in which this thread syncs, and warms the snapshot: no one who asks has to load it first."""
        return self._memories.preparation.expect()

    def warm(self) -> None:
        """Load the newest snapshot and all that is derived from it, once a day, before the first question needs it."""
        load_lexicon().warm()
        settle_collector()
        with self._memories.preparation.prepare(self._memories.newest.find_last()):
            newest = self.find_newest()
            if newest:
                self._memories.warmed.get((newest.snapshot.id, newest.snapshot.content_hash, self.today), self._warm)

    def _warm(self) -> None:
        for text in WARMING:
            with suppress(QuestionError):
                self.reply("/nrr", text).message()
        if self.config.addin.url:
            self.open_figures()[1].memory.warm()
        free_earlier()

    def _load(self, snapshot: Snapshot, accepted: frozenset[str]) -> LoadedSnapshot:
        """Return a snapshot with its scope; both stay in memory until another one is loaded."""
        staleness = self.find_staleness(snapshot)
        key = (
            *(snapshot.id, snapshot.content_hash, snapshot.checked_at, snapshot.source_version),
            *(self.today, accepted, str(staleness)),
        )
        return self._memories.newest.get(key, lambda: self._load_anew(key, snapshot, accepted, staleness))

    def keep_ledger(self, snapshot: Snapshot, ledger: Ledger) -> None:
        """Keep the ledger of a snapshot that was just stored, so that it need not be loaded."""
        self._load_segments(snapshot, lambda _: ledger)

    def _load_segments(self, snapshot: Snapshot, load: Callable[[tuple[Snapshot, Ledger] | None], Ledger]) -> Segments:
        """Return the segments of a snapshot; `load` is given the snapshot that was used last, with its ledger."""
        last: tuple[Snapshot, Segments] | None = _SEGMENTS.find_last()
        earlier = (last[0], last[1].ledger) if last else None
        # The hash is part of the key: in a file that was made anew, the ids begin anew too.
        key = (self.store, snapshot.id, snapshot.content_hash, self.rules, self.usage)
        loaded: tuple[Snapshot, Segments] = _SEGMENTS.get(
            key, lambda: (snapshot, Segments(replace(load(earlier), usage=self.usage), self.rules))
        )
        return loaded[1]

    def find_staleness(self, snapshot: Snapshot, now: dt.datetime | None = None) -> Staleness | None:
        """Return since when a snapshot is not confirmed, and why; None where it is up to date.

        It is not after `stale_hours`, unless a file is still as it was read, nor while the workbook was unreadable for
        `UNREADABLE_AFTER`.
        """
        now = now or self.clock()
        if now - snapshot.checked_at <= UNREADABLE_AFTER:
            return None
        poll = self.store.find_poll(snapshot.source)
        is_unreadable = poll is not None and is_unreadable_for_long(poll, now)
        if not is_unreadable and now - snapshot.checked_at <= dt.timedelta(hours=self.config.schedule.stale_hours):
            return None
        if poll and not poll.failure and self.config.workbook.path:
            from sheets.workbook.files import stamp_files  # here, as a sheet needs nothing of it

            # A file that is as it was read is up to date, whenever that was.
            if poll.stamp and poll.stamp == stamp_files(Path(self.config.workbook.path)):
                return None
        return Staleness(snapshot.checked_at, poll.failure if poll else None, poll.notified if poll else ())

    def explain_failure(self) -> Message:
        """Return why the workbook cannot be read, and how to fix it."""
        from bot.messages.freshness.unreadable import build_failure_message

        snapshot = self.find_snapshot()
        poll = self.store.find_poll(snapshot.source) if snapshot else None
        staleness = self.find_staleness(snapshot) if snapshot else None
        return build_failure_message(
            staleness,
            poll.fix if poll else "",
            self.translate,
            is_administrator=self.viewer.is_administrator,
            is_of_warehouse=snapshot is not None and snapshot.is_of_warehouse,
        )

    def load_state(self, state: State) -> LoadedSnapshot:
        """Return the snapshot that a state names, as the viewer may see it.

        Raises:
            NoSnapshotError: the snapshot was pruned, or the store is another one.
            AccessError: the viewer may not see the figures of the whole company.

        """
        self.viewer.require_all()
        return self._show(self._load_state(state))

    def _load_state(self, state: State) -> LoadedSnapshot:
        """Return the snapshot that a state names, as of the day on which its question was asked.

        Raises:
            NoSnapshotError: the snapshot was pruned, or the store is another one.

        """
        newest, accepted = self._find_state()
        is_newest = newest is not None and newest.id == state.s
        snapshot = newest if newest and is_newest else self.store.find_snapshot(state.s)
        if not snapshot.content_hash.startswith(state.hash):
            raise NoSnapshotError(N_("There is no snapshot {id}."), N_("Run nrrbot sync."), id=state.s)
        staleness = self.find_staleness(newest) if newest else None
        key = (snapshot.id, snapshot.content_hash, snapshot.checked_at, state.day, accepted, str(staleness))

        def load() -> LoadedSnapshot:
            return self._build_loaded(key, snapshot, accepted, staleness, state.day)

        return self._memories.earlier.get(key, load)

    def _load_anew(
        self, key: Hashable, snapshot: Snapshot, accepted: Collection[str], staleness: Staleness | None
    ) -> LoadedSnapshot:
        self._memories.replies.forget()
        return self._build_loaded(key, snapshot, accepted, staleness, self.today)

    def _build_loaded(
        self,
        key: Hashable,
        snapshot: Snapshot,
        accepted: Collection[str],
        staleness: Staleness | None,
        today: dt.date,
    ) -> LoadedSnapshot:
        segments = self._load_segments(snapshot, lambda earlier: self.store.load(snapshot.id, earlier))
        problems, absurd_accounts, differing_totals = self._summarise_open_problems(snapshot, accepted)
        doubts = tuple(Sentence(row["msgid"], row["values"]) for row in snapshot.decisions if row["is_doubted"])
        origin = Origin(
            snapshot.id,
            snapshot.checked_at,
            snapshot.source_version,
            problems,
            snapshot.source_name,
            doubts,
            snapshot.decisions,
            absurd_accounts,
            differing_totals,
            snapshot.tabs,
            staleness,
            snapshot.is_of_warehouse,
        )
        targets = Targets(Fraction(self.config.targets.nrr, 100), Fraction(self.config.targets.grr, 100))
        checked = Month.containing(snapshot.checked_at.date())
        scope = Scope(
            segments,
            origin,
            self.calendar,
            self.playbook,
            targets,
            self.config.signals,
            today,
            lambda: _load_past_facts(self.store, snapshot.source, segments, checked),
            self._open_cuts(snapshot, segments),
        )
        return LoadedSnapshot(snapshot, scope, self.store, key)

    def _open_cuts(self, snapshot: Snapshot, segments: Segments) -> Cuts | None:
        """Return the figures of a snapshot of a warehouse; None for one of a workbook."""
        if not snapshot.is_of_warehouse:
            return None
        # Here, as a workbook needs nothing of it.
        from core.advice.loss_levers import find_bands
        from core.sources.kept import KeptQueries
        from core.sources.stored import StoredCuts
        from sheets.warehouse.queries import EarlierQueries, WarehouseQueries

        forgotten, number, newest = self.store.load_forgotten(), snapshot.id, self.find_snapshot()
        figures, ledger = self.store.figures(number), segments.ledger
        queries = KeptQueries(
            WarehouseQueries(self.config, self.rules, ledger.first, ledger.last, figures)
            if newest is None or newest.id == number
            else EarlierQueries(number),
            lambda key: self.store.find_query_result(number, key),
            lambda key, result: self.store.keep_query_result(number, key, result),
            forgotten.rename,
        )
        return StoredCuts(segments, figures, queries, lambda start: find_bands(self.playbook, ledger, start))

    def _summarise_open_problems(
        self, snapshot: Snapshot, accepted: Collection[str]
    ) -> tuple[Mapping[str, int], frozenset[str], frozenset[str]]:
        """Return `problems`, `absurd_accounts` and `differing_totals` of the origin: what no one accepted."""
        if not accepted and not any(code.startswith((ABSURD, TOTAL_CODES)) for code in snapshot.problems):
            return snapshot.problems, frozenset(), frozenset()
        from sheets.problems import Problem, count_open_by_code

        rows = map(Problem.restore, self.store.problems(snapshot.id))
        problems = [problem for problem in rows if problem.fingerprint not in accepted]
        absurd = (problem.account for problem in problems if problem.code == ABSURD)
        totals = (problem.fingerprint for problem in problems if problem.code.startswith(TOTAL_CODES))
        return count_open_by_code(problems, ()), frozenset(absurd), frozenset(totals)

    def reply(self, command: str, text: str) -> Reply:
        """Return the reply to `/nrr text` or `/grr text`: a sub-command, two questions compared, or one question.

        Raises:
            NrrbotError: the question cannot be answered; it says why, to the person who asked.

        """
        return self._record(lambda: self._reply(command, text))

    def _reply(self, command: str, text: str) -> Reply:
        self.viewer.require_admission()
        check_length(text)
        newest = self._find_newest()
        if newest is None:
            return self._reply_before_sync(command, text)
        return self._reply_about(newest, command, name_own_accounts(text, self.viewer.owner))

    def refresh(self, state: State) -> Reply:
        """Return the reply to the question of a state about the newest snapshot.

        Raises:
            NrrbotError: the question cannot be answered any more.

        """
        return self._record(lambda: self._refresh(state))

    def _refresh(self, state: State) -> Reply:
        return self._reply_about(self._load_newest(), f"/{state.command}", state.q)

    def _reply_about(self, loaded: LoadedSnapshot, command: str, text: str) -> Reply:
        self.viewer.require_admission()
        key = (loaded.key, self.viewer.view, self.translate, command, text)
        return self._memories.replies.get(key, lambda: self._compute_reply(key, command, text, loaded))

    def reply_to_snapshot(self, snapshot_id: int, command: str, text: str) -> Reply:
        """Return the reply to `/nrr text` or `/grr text` about an earlier snapshot.

        Raises:
            NoSnapshotError: the snapshot is not kept.
            NrrbotError: the question cannot be answered.

        """
        snapshot = self.store.find_snapshot(snapshot_id)
        read = {"as": text}
        return self.reply_to_state(build_state(read, command, snapshot.id, snapshot.content_hash, self.today))

    def _record(self, answer: Callable[[], Reply]) -> Reply:
        """Return a reply, and record in the audit that the viewer got one, or was refused."""
        try:
            reply = answer()
        except NrrbotError as error:
            self._note("refused" if isinstance(error, AccessError) else "not answered")
            raise
        # What acts is recorded when it is done.
        if reply.command not in ACTING:
            self._note("answered", reply.read)
        return reply

    def _note(self, outcome: str, read: Mapping[str, Any] | None = None) -> None:
        if self._is_recorded:
            self.audit.record(self.viewer, outcome, read)

    def reply_to_state(self, state: State) -> Reply:
        """Return the reply that a person saw: its question to the snapshot that answered it.

        Where the newest snapshot gives another answer the message says so and offers it; where the snapshot was
        pruned it says that, too.

        Raises:
            AccessError: the viewer may not ask this.

        """
        return self._record(lambda: self._reply_to_state(state))

    def _reply_to_state(self, state: State) -> Reply:
        try:
            loaded = self._load_state(state)
        except NoSnapshotError:
            return self._reply_pruned(state)
        reply = self._reply_about(loaded, f"/{state.command}", state.q)
        return replace(reply, message=lambda: self._mark_earlier(reply.message(), state, loaded))

    def _mark_earlier(self, message: Message, state: State, loaded: LoadedSnapshot) -> Message:
        """Return a message about an earlier snapshot; where figures of it are others in the newest one, it says so."""
        from bot.messages.corrections.changes import describe_changes  # here, as a new answer needs nothing of it

        try:
            changes = self.find_changes(state)
        except (QuestionError, AccessError):
            text = self.translate(N_("It cannot answer this question any more."))
        else:
            if changes is None:
                return message
            text = describe_changes(changes, self.translate)
        moment, is_stale = loaded.snapshot.checked_at, loaded.scope.origin.staleness is not None
        return mark_earlier(message, moment, text, self.write_state(state), self.translate, is_stale=is_stale)

    def find_changes(self, state: State) -> Changes | None:
        """Return which figures of the answer of a state the newest snapshot changed; None where it changed none.

        Raises:
            NoSnapshotError: the snapshot was pruned, or the store is another one.
            NrrbotError: one of the two cannot answer the question.

        """
        loaded, newest = self._load_state(state), self._find_newest()
        if newest is None or newest.snapshot.id == loaded.snapshot.id:
            return None
        from bot.service.buttons.changed_answer import find_changes

        # As of the same day: renewals that a day moves are no change of the sheet.
        moved = self._load_state(state.move(newest.snapshot.id, newest.snapshot.content_hash))
        earlier, newer = (self._reply_about(one, f"/{state.command}", state.q) for one in (loaded, moved))
        months = loaded.scope.ledger.last, moved.scope.ledger.last
        return find_changes(earlier, newer, months, self.calendar, self.translate)

    def _reply_pruned(self, state: State) -> Reply:
        """Return the reply where the snapshot of an answer is not kept any more."""
        message = build_pruned_message(self.write_state(state), self.translate)
        return Reply(
            PRUNED, lambda: message, lambda: {"message": message.text}, "", lambda: None, (), {}, is_private=True
        )

    def read_state(self, value: str) -> State:
        """Return the state of a button's value.

        Raises:
            QuestionError: its answer is not known any more.

        """
        return read_state(value, self.store.find_question)

    def write_state(self, state: State) -> str:
        """Return the value of a button of a state."""
        return write_state(state, self.store.save_question)

    def _compute_reply(self, key: Hashable, command: str, text: str, loaded: LoadedSnapshot) -> Reply:
        limited = self._limit(loaded)
        try:
            request = self.read_request(text, limited.scope, COMMAND_METRICS[command])
        except QuestionError as error:
            row, _ = find_command(text)
            if not is_given(row, limited.scope):
                # The words may name an account, of which a warehouse knows none.
                raise _refuse_warehouse(row.say_name(self.translate), self.translate, row.lacks) from error
            raise self._add_near_misses(error, command, limited) from error
        self._check_request(request, loaded.scope)
        newest, row = self._show(limited), request.command
        scope = newest.scope
        state = build_state(request.read, command, newest.snapshot.id, newest.snapshot.content_hash, scope.today)

        def write(line: str) -> str:
            return self.write_state(state.ask(line))

        is_newer = False
        if row.is_without_figures(self.viewer.limits):
            report = row.compute.resolve()(request.parsed, None)
        else:
            report_key = (newest.key, self._form, row.words, request.parsed)

            def compute() -> tuple[Any, bool]:
                watched = scope.watch()
                return _compute_report(request, watched, self.translate), watched.has_newer_load

            try:
                report, is_newer = self._memories.replies.get(report_key, compute)
            except QuestionError as error:
                raise self._add_next_steps(error, request, scope, write) from error
        context = self._build_context(command, text, newest)

        def build_message() -> Message:
            buttons = self._list_buttons(request, scope, write)
            newer = Note(self.translate(NEWER_LOAD)) if is_newer else None
            notes = [note for note in (newer, request.note) if note]
            message = self._finish_message(row.message(report, context), notes, newest, buttons)
            return self.offer_names(message, "answer", self.write_state(state))

        return Reply(
            row.name,
            lambda: self._memories.replies.get((key, "message"), build_message),
            lambda: {"read": request.read, **row.json(report, context), **({"newer_load": True} if is_newer else {})},
            request.read.get("as", ""),
            lambda: row.cells(report, context) if row.cells else None,
            row.csv,
            request.read,
            is_stale=scope.origin.staleness is not None,
            is_private=row is COURTESY,
        )

    @property
    def _form(self) -> Hashable:
        """The form of the figures: readers with the same one have the same reports."""
        is_whole = self.viewer.sees_names and self.viewer.limits is None
        return None if is_whole else (self.viewer.view, self.translate.language)

    def find_scope(self) -> Scope | None:
        """Return the newest data as the viewer may see it, for what they can ask; None before the first sync.

        It has no other segments than theirs, so that a whole company of it is none.
        """
        self.viewer.require_admission()
        newest = self._find_newest()
        return self._show(self._limit(newest)).scope if newest else None

    def load_scope(self) -> Scope:
        """Return the newest data as `find_scope` does.

        Raises:
            NoSnapshotError: nothing was synced yet.

        """
        self.viewer.require_admission()
        return self._show(self._limit(self._load_newest())).scope

    def _limit(self, loaded: LoadedSnapshot) -> LoadedSnapshot:
        """Return a snapshot without accounts of other segments than the viewer's."""
        limits, segments = self.viewer.limits, loaded.scope.segments
        if limits is None:
            return loaded
        vocabulary = _load_vocabularies(segments)[self.translate.language]
        if loaded.scope.warehouse:
            from core.sources.limited import LimitedCuts  # here, as a workbook needs nothing of it

            cuts = LimitedCuts(loaded.scope.warehouse, read_limits(limits, vocabulary))
            return replace(loaded, scope=replace(loaded.scope, warehouse=cuts))
        limited = hide_other_segments(segments, limits, vocabulary, self.translate)
        return replace(loaded, scope=replace(loaded.scope, segments=limited))

    def _check_request(self, request: Request, scope: Scope) -> None:
        """Check that the viewer may see the answer to a request.

        Raises:
            AccessError: it is about more than their segments, or names accounts, which they may not see.

        """
        row, vocabulary = request.command, _load_vocabularies(scope.segments)[self.translate.language]
        if row.reach == "company" and not row.is_without_figures(self.viewer.limits):
            self.viewer.require_all()
        elif row.reach == "cut":
            # A request without a cut is about the whole company.
            self.viewer.require_cuts([question.filters for question in request.questions] or [()], vocabulary)
        if not self.viewer.sees_names and request.names_any(find_naming_columns(scope.segments)):
            raise self.viewer.refuse_names(row.name)

    def _may_see(self, request: Request, scope: Scope) -> bool:
        """Tell whether a request is within the viewer's segments. Names that are withheld are for them alone."""
        try:
            self._check_request(request, scope)
        except NamesWithheldError:
            return True
        except AccessError:
            return False
        return True

    def offer_names(self, message: Message, action: Literal["answer", "names"], value: str) -> Message:
        """Return a message with a button that shows its names to the person who presses it, if these are withheld.

        Args:
            message: the message.
            action: the action of the button.
            value: the value of the button.

        """
        count = 0 if self.viewer.sees_names else count_hidden_accounts(message.text, self.translate)
        if not count:
            return message
        label = self.translate.plural(
            N_("{count} account: press to see, only you"), N_("{count} accounts: press to see, only you"), count
        )
        button = Button(label, action, value, "names")
        first = next((at for at, part in enumerate(message.parts) if isinstance(part, Button)), len(message.parts))
        return render([*message.parts[:first], button, *message.parts[first:]])

    def _add_near_misses(self, error: QuestionError, command: str, newest: LoadedSnapshot) -> QuestionError:
        """Return the error of a question with the buttons below it: the lines that may be meant, segments, the help."""
        from bot.messages.asking.near_misses import build_near_misses

        if "nearest_lines" not in error.values:
            return error
        lines, meanings = error.values["nearest_lines"], error.values["nearest_meanings"]
        snapshot, name = newest.snapshot, command.removeprefix("/")

        def write(line: str) -> str:
            return self.write_state(build_state({"as": line}, command, snapshot.id, snapshot.content_hash, self.today))

        parts = tuple(build_near_misses(lines, meanings, name, write, self.translate))  # type: ignore[arg-type]
        return QuestionError(error.problem, error.fix, **error.values, buttons=parts)

    def _finish_message(
        self, message: Message, notes: Sequence[Note], newest: LoadedSnapshot, buttons: Sequence[Button]
    ) -> Message:
        """Return a message whose first line says that the data is old, with notes at its end."""
        scope = newest.scope
        parts = mark_old_data(message.parts, scope.ledger, scope.today, self.translate)
        parts = mark_stale_data(parts or [Paragraph(message.text)], scope.origin, self.translate)
        parts = [*parts, *notes]
        return render([*add_spans(parts, self._list_spans(newest, parts)), *buttons])

    def _list_spans(self, newest: LoadedSnapshot, parts: Sequence[MessagePart]) -> list[Place | Timestamp]:
        """Return the words of a message that are links or moments: the sheet, its problems, the times of reading."""
        origin = newest.scope.origin
        moments = [origin.synced_at, *([origin.staleness.since] if origin.staleness else [])]
        spans: list[Place | Timestamp] = [
            Timestamp(self.translate.format_moment(moment), moment) for moment in dict.fromkeys(moments)
        ]
        address = build_sheet_link(newest.snapshot)
        if address:
            from sheets.writeback.problems_tab import PROBLEMS_TAB  # here, as a file needs nothing of it
            from sheets.writeback.tab_titles import choose_title

            # As the company's language has it, and as the reader's has.
            titles = {PROBLEMS_TAB, choose_title((), PROBLEMS_TAB, self.translate.language)}
            data = self.translate(N_("Data to {month}"), month=newest.scope.ledger.last)
            spans.append(Place(data, address))
            texts = [part.text for part in parts if isinstance(part, Paragraph | Note)]
            if present := [title for title in sorted(titles) if any(title in text for text in texts)]:
                problems = self.find_problems_link(newest.snapshot)
                spans += [Place(title, problems) for title in present]
        return spans

    def find_problems_link(self, snapshot: Snapshot) -> str:
        """Return the address of the problems of a snapshot in its sheet; empty for a file."""
        return build_problems_link(snapshot, self.store.find_poll(snapshot.source))

    def _list_buttons(self, request: Request, scope: Scope, write: Callable[[str], str]) -> list[Button]:
        """Return the buttons under an answer; a greeting and the help have none."""
        from bot.messages.advice.next_steps import build_buttons

        row = request.command
        if not row.needs_snapshot and row.name != "define":
            return []

        def is_offered(line: str) -> bool:
            # Else only limits refuse a next question: without them none is read.
            is_seen = self.viewer.limits is None or self._may_see(self.read_request(line, scope, "nrr"), scope)
            return is_seen and is_given(find_command(line)[0], scope)

        return list(build_buttons(_describe_asked(request, scope), write, self.translate, is_offered))

    def _add_next_steps(
        self, error: QuestionError, request: Request, scope: Scope, write: Callable[[str], str]
    ) -> QuestionError:
        """Return the error of a question without an answer with buttons for the next ones that have one, in Slack."""
        from bot.messages.advice.next_steps import build_next_steps

        if self.viewer.door != "slack" or error.values.keys() & {"buttons", "nearest_lines"}:
            return error

        def has_answer(line: str) -> bool:
            try:
                following = self.read_request(line, scope, "nrr")
                if not self._may_see(following, scope):
                    return False
                _compute_report(following, scope, self.translate)
            except QuestionError:
                return False
            return True

        buttons = tuple(build_next_steps(_describe_asked(request, scope), write, self.translate, has_answer))
        return QuestionError(error.problem, error.fix, **error.values, buttons=buttons)

    def _reply_before_sync(self, command: str, text: str) -> Reply:
        """Return the reply before the first sync: the help, or a line for a greeting.

        Raises:
            NoSnapshotError: the question needs figures.
            QuestionError: the words of the help were not understood.

        """
        row, words = find_command(text)
        if row.needs_snapshot:
            if not is_courtesy(text):
                self.store.load_latest_snapshot(self.source)
            row, words = COURTESY, ""
        report = row.compute.resolve()(row.parse.resolve()(words, None), None)
        context = self._build_context(command, text, None)
        return Reply(
            row.name,
            lambda: row.message(report, context),
            lambda: row.json(report, context),
            "",
            lambda: None,
            row.csv,
            {},
            is_private=row is COURTESY,
        )

    def _build_context(self, command: str, text: str, newest: LoadedSnapshot | None) -> ReplyContext:
        """Return the values that a reply may need in addition to its report."""
        vocabulary = self.load_vocabulary(newest) if newest else None
        return ReplyContext(
            translate=self.translate,
            playbook=self.playbook,
            asked=f"{command} {text}".strip(),
            renewal_days=self.config.signals.renewal_days,
            link=build_row_linker(newest.snapshot, newest.scope.ledger.source_rows.tab) if newest else lambda _: "",
            error_codes=newest.list_error_codes if newest else lambda _: (),
            problems=newest.problems if newest else list,
            tables=self.config.warehouse.places,
            may_ask=lambda entry: vocabulary is not None and self.viewer.may_ask((entry,), vocabulary),
        )

    def read_request(self, text: str, scope: Scope, metric: Metric) -> Request:
        """Return the request that a text means.

        Raises:
            QuestionError: it means none.

        """
        ledger = scope.ledger
        default = choose_default_period(ledger, scope.calendar)
        moment = Moment(scope.calendar, ledger.last, default, scope.today, metric)

        def can_answer(request: Request) -> bool:
            if not self._may_see(request, scope):
                return False
            _compute_report(request, scope, self.translate)
            return True

        words = _load_words(scope.segments)[self.translate.language]
        namer = LineNamer(words.vocabulary, ledger.currency, self.translate)
        reader = self.build_reader(scope, metric)
        is_of_warehouse = scope.warehouse is not None
        return RequestReader(reader, words, namer, moment, can_answer, is_of_warehouse).read(text)

    def load_cut(
        self, cut: str, column: str = "", state: State | None = None
    ) -> tuple[LoadedSnapshot, tuple[Filter, ...]]:
        """Return a snapshot as the viewer may see it, and the filters of a cut.

        Args:
            cut: a line of the grammar without a period; empty for the whole company.
            column: the column by which the cut is broken down; empty for none.
            state: names the snapshot; None for the newest one.

        Raises:
            NoSnapshotError: nothing was synced yet, or the snapshot was pruned.
            QuestionError: the sheet has no such cut, or it names a period.
            AccessError: the viewer may not see the cut, or not the names in its columns.

        """
        loaded = self._load_state(state) if state else self._load_newest()
        reader = self.build_reader(loaded.scope, "nrr")
        filters = read_cut(cut, reader)
        self.viewer.require_cuts([filters], reader.vocabulary)
        naming = find_naming_columns(loaded.scope.segments)
        if not self.viewer.sees_names and naming.intersection((column, *(entry.dimension for entry in filters))):
            raise self.viewer.refuse_names("digest")
        shown = self._show(loaded)
        if self.viewer.limits is None:
            return shown, filters

        def hide(restatements: list[Restatement]) -> list[Restatement]:
            return hide_causes(restatements, loaded.scope.segments, self.translate)

        # The accounts behind a restatement may be those of other segments.
        return replace(shown, hide=hide), filters

    def spell_cut(self, cut: str) -> str:
        """Return the one spelling of a cut, a line of the grammar; empty for the whole company.

        Raises:
            NoSnapshotError: nothing was synced yet.
            QuestionError: the sheet has no such cut, or it names a period.

        """
        reader = self.build_reader(self._load_newest().scope, "nrr")
        filters = read_cut(cut, reader)
        return Line(sides=(Side(filters),)).spell(reader.vocabulary) if filters else ""

    def read_column(self, words: str) -> str:
        """Return the column that words name.

        Raises:
            NoSnapshotError: nothing was synced yet.
            QuestionError: the sheet has no such column.

        """
        from core.reports.breakdown import read_dimension  # here, as an answer needs nothing of it

        dimension, rest = read_dimension(words, self.build_reader(self._load_newest().scope, "nrr").vocabulary)
        if rest:
            raise QuestionError(N_("“{words}” has no effect on this answer."), N_("Leave it out."), words=rest)
        return dimension

    def write_csv(self, state: State) -> Message:
        """Return the message with the rows of an answer as a file.

        Raises:
            QuestionError: its answer is no table.

        """
        from bot.messages.status.csv_format import build_csv_message

        try:
            loaded = self._load_state(state)
        except NoSnapshotError:
            return self._reply_pruned(state).message()
        command = f"/{state.command}"
        reply = self._record(lambda: self._reply_about(loaded, command, state.q))
        currency = loaded.scope.ledger.currency
        message = build_csv_message(reply.csv(), f"{command} {state.q}", currency, self.translate)
        return self._mark_earlier(self._mark_stale(message, loaded), state, loaded)

    def describe_doubt(self, state: State, person: str, words: str, language: Language) -> Message:
        """Return the message to an administrator about an answer that a reader takes for wrong.

        Args:
            state: the answer.
            person: the reader's name.
            words: their words.
            language: the language of the answer.

        """
        from bot.messages.corrections.wrong_figure import Doubt, build_doubt_message, write_command

        try:
            answer = self._reply_about(self._load_state(state), f"/{state.command}", state.q).message().summary
        except NoSnapshotError:
            answer = ""
        line = write_command(state.q, state.s, str(state.day), state.command, language)
        doubt = Doubt(person, words, state.q or f"/{state.command}", answer, line, self.write_state(state))
        return build_doubt_message(doubt, self.translate)

    def build_writer(self, snapshot: Snapshot) -> Callable[[str], str]:
        """Return the function that writes the value of a button for a question about a snapshot."""
        today = self.today
        return lambda line: self.write_state(State(line, snapshot.id, snapshot.content_hash[:8], today))

    def define(self, state: State) -> Message:
        """Return the definition of the figures of an answer, with their numbers.

        Raises:
            QuestionError: the question is not about NRR and GRR.

        """
        from bot.messages.reports.answer import build_definition_message

        try:
            loaded = self._load_state(state)
        except NoSnapshotError:
            return self._reply_pruned(state).message()
        self._record(lambda: self._reply_about(loaded, f"/{state.command}", state.q))
        scope = self._show(self._limit(loaded)).scope
        answer = answer_question(self.build_reader(scope, COMMAND_METRICS[f"/{state.command}"]).read(state.q), scope)
        return self._mark_earlier(
            self._mark_stale(build_definition_message(answer, self.translate), loaded), state, loaded
        )

    def _mark_stale(self, message: Message, loaded: LoadedSnapshot) -> Message:
        """Return a message whose first line says that the data is stale, if it is."""
        if loaded.scope.origin.staleness is None:
            return message
        parts = message.parts or [Paragraph(message.text)]
        return replace(render(mark_stale_data(parts, loaded.scope.origin, self.translate)), file=message.file)

    def load_vocabulary(self, loaded: LoadedSnapshot) -> Vocabulary:
        """Return the columns and values of a snapshot that a question can name."""
        return _load_vocabularies(loaded.scope.segments)[self.translate.language]

    def open_figures(self) -> tuple[LoadedSnapshot, FigureTable]:
        """Return the newest snapshot and its figures, for cells that ask for them one by one.

        Columns whose values name accounts or people cannot be asked for where the viewer may see no names, nor cuts
        beyond the viewer's segments.

        Raises:
            NoSnapshotError: nothing was synced yet.

        """
        from core.lookup.figures import FigureTable

        self.viewer.require_admission()
        newest = self._load_newest()
        segments = newest.scope.segments
        memory = _load_figure_memory(segments, newest.scope.warehouse, self.calendar, self.translate.language)
        reader = self.build_reader(newest.scope, "nrr")
        whole = reader.vocabulary
        withheld = frozenset[str]() if self.viewer.sees_names else find_naming_columns(segments)
        if self.viewer.limits is not None:
            withheld = find_naming_columns(segments) - {OWNER}
        vocabulary = _withhold_columns(whole, withheld) if withheld else whole

        def check(question: Question) -> None:
            self.viewer.require_cuts([question.filters], whole)

        return newest, FigureTable(replace(reader, vocabulary=vocabulary), memory, check, withheld)

    def build_reader(self, scope: Scope, metric: Metric) -> QuestionReader:
        """Return the reader of questions about a snapshot, in the words of its columns."""
        return QuestionReader(scope, _load_vocabularies(scope.segments)[self.translate.language], metric)

    @property
    def today(self) -> dt.date:
        """The present day in the schedule's time zone."""
        return self.clock().astimezone(self.zone).date()

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of the schedule.

        Raises:
            ConfigError: no time zone has that name.

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

    @property
    def default_reader(self) -> Reader:
        """The reader whose own language and time zone are not known: those of the company."""
        return Reader(self.translate.language, self.config.schedule.time_zone)

    @property
    def rules(self) -> SizeRules:
        """The ACV from which each derived size begins, by the config; the default limits are in euros.

        Where the config has no rate, the default limits follow the tab FX (`Segments.acv_limits`).
        """
        limits = SizeRules(self.config.segments.mid_market_from, self.config.segments.enterprise_above)
        rate = self.playbook.currency_rate
        if rate is None or limits != SizeRules():
            return limits
        return SizeRules(round_fraction(limits.mid_market_from * rate), round_fraction(limits.enterprise_above * rate))

    @property
    def usage(self) -> UsagePricing | None:
        """The rule for accounts that pay by usage; None without one in the config."""
        return build_usage_pricing(self.config.company.usage_months, self.playbook.pricing_names["usage"])

    @property
    def calendar(self) -> Calendar:
        """The fiscal calendar of the config."""
        return Calendar(self.config.company.fiscal_year_starts)


def is_unreadable_for_long(poll: Poll, now: dt.datetime) -> bool:
    """Return whether all readings of a workbook have failed for `UNREADABLE_AFTER`."""
    return poll.failing_since is not None and now - poll.failing_since >= UNREADABLE_AFTER


def read_cut(cut: str, reader: QuestionReader) -> tuple[Filter, ...]:
    """Return the filters of a line of the grammar without a period; none for an empty one.

    Raises:
        QuestionError: the sheet has no such cut, or it names a period.

    """
    if not cut:
        return ()
    # A new one: no phrase means it.
    own_period = replace(choose_default_period(reader.scope.ledger, reader.scope.calendar))
    question = reader.read(cut, own_period)
    if question.period is not own_period or question.method != "cohort":
        raise QuestionError(
            N_("“{cut}” names a period or a method, and a digest has its own."),
            N_("Name the segment alone."),
            cut=cut,
        )
    return question.filters


def _describe_asked(request: Request, scope: Scope) -> Asked:
    """Return a question as its next questions need it."""
    from bot.messages.advice.next_steps import Asked  # here, as only the buttons of Slack need it

    question = request.question
    filtered = {entry.dimension for entry in question.filters} if question else set()
    columns = [(key, heading) for key, heading in scope.segments.headings.items() if key not in filtered]
    return Asked(
        command=request.command.name,
        line=str(request.read["as"]),
        cut=request.cut,
        period=question.period if question else None,
        column=columns[0] if columns else None,
        account=str(request.read.get("arguments", {}).get("account", "")),
        first=scope.ledger.first,
        last=scope.ledger.last,
        has_rows=bool(request.command.csv),
        has_cut=request.line is not None and len(request.line.sides) == 1,
    )


def _compute_report(request: Request, scope: Scope, translate: Translator) -> Any:
    row = request.command
    if not is_given(row, scope):
        raise _refuse_warehouse(row.say_name(translate), translate, row.lacks)
    return row.compute.resolve()(request.parsed, scope)


def _refuse_warehouse(command: str, translate: Translator, lacks: str = HISTORY) -> QuestionError:
    return QuestionError(
        N_("“{command}” needs {lacking}, which the warehouse does not give."),
        N_("Ask for figures of a segment and a period, or for one of these: {examples}."),
        command=command,
        lacking=Sentence(lacks),
        examples=", ".join(
            row.say_name(translate) for row in SUB_COMMANDS if row.from_warehouse and row.needs_snapshot
        ),
    )


# The ledgers that were used last: (snapshot, its ledger with its dimensions).
_SEGMENTS = Memory(2)


@remember(1)
def _load_past_facts(store: Store, source: str, segments: Segments, checked: Month) -> tuple[PastFacts, ...]:  # noqa: ARG001 - see below
    # The month of the last check is part of the cache's key: the newest snapshot is in force until then.
    return store.load_past_facts(source, segments.ledger.accounts.ids)


@remember(2)
def _load_figure_memory(
    segments: Segments,
    warehouse: Cuts | None,
    calendar: Calendar,  # noqa: ARG001 - texts are read by both
    language: Language,  # noqa: ARG001
) -> FigureMemory:
    # Here, as an answer in words needs nothing of it.
    from core.lookup.figures import FigureMemory
    from core.sources.cuts import LedgerCuts

    return FigureMemory(warehouse or LedgerCuts(segments))


# What is derived of a snapshot keeps its ledger in memory: no more of them than snapshots.
@remember(2)
def _load_words(segments: Segments) -> Mapping[Language, Words]:
    accounts = segments.ledger.accounts.by_name
    return {language: Words(vocabulary, accounts) for language, vocabulary in _load_vocabularies(segments).items()}


@remember(2)
def _load_vocabularies(segments: Segments) -> Mapping[Language, Vocabulary]:
    vocabularies: dict[Language, Vocabulary] = {}
    for language in LANGUAGES:
        translate = get_translator(language)
        headings = {key: translate(name) for key, name in segments.headings.items()}
        vocabularies[language] = Vocabulary(segments.askable, headings, segments.ledger.workspace_words)
    return vocabularies


@remember(2)
def _withhold_columns(vocabulary: Vocabulary, columns: frozenset[str]) -> Vocabulary:
    """Return a vocabulary without some columns: neither an answer nor a proposal can have one of their values."""
    return Vocabulary(
        {key: values for key, values in vocabulary.dimensions.items() if key not in columns},
        {key: heading for key, heading in vocabulary.headings.items() if key not in columns},
        {word: entry for word, entry in vocabulary.workspace_words.items() if entry.dimension not in columns},
    )
