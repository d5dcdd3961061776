"""The options that commands share, and the objects that are made from them."""

from __future__ import annotations

import datetime as dt
import functools
import getpass
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bot.cli.exit_codes import exit_with_error
from core.config import Config, load_config
from core.errors import N_, ConfigError, NrrbotError, StoreError, WorkbookError
from core.terms import Language

if TYPE_CHECKING:
    from bot.cli.stored_answers import StoredAnswer
    from bot.locale.translator import Translator
    from bot.service.analyst import Analyst
    from core.errors import Sentence
    from sheets.ingest.parse import ParsedWorkbook
    from sheets.ingest.sync import Explain, SyncResult
    from sheets.ingest.understanding import Understanding
    from sheets.workbook.port import Workbook


DEFAULT_CONFIG = Path("config.toml")

WORKBOOK_HELP = "A file, a folder of .csv files or a Google Sheet's address instead of the config's workbook."


class Setup:
    """The config and the objects that a command works with, each made when it is first needed.

    Attributes:
        config: the config, with the options' values applied.
        warehouse: the section `warehouse` of the config file, which a named workbook does not replace here.
        reads_warehouse: whether figures come from the tables of a warehouse.
        today: the day that counts as today; None for the real one.
        clock: returns the present moment, UTC.

    """

    def __init__(
        self,
        config: Path | None,
        workbook: str | Path | None,
        db: Path | None,
        today: dt.datetime | None,
        lang: str | None,
        clock: Callable[[], dt.datetime],
        *,
        needs_store: bool = True,
    ) -> None:
        import msgspec

        if config is None and DEFAULT_CONFIG.exists():
            config = DEFAULT_CONFIG
        if config is None and not (workbook and (db or not needs_store)):
            raise ConfigError(
                N_("There is no {path} in this folder, so there is no workbook to read."),
                N_(
                    "To begin with a sample workbook, run: nrrbot demo. For your own, copy config.example.toml there "
                    "and fill it in, or name files with --workbook and --db."
                ),
                path=DEFAULT_CONFIG,
            )
        settings = load_config(config) if config else Config()
        self.warehouse = settings.warehouse
        replace = msgspec.structs.replace
        if workbook:
            settings = _choose_workbook(settings, str(workbook), is_configured=config is not None)
        if db:
            settings = replace(settings, store=replace(settings.store, path=str(db)))
        if lang:
            settings = replace(settings, company=replace(settings.company, language=lang))
        self.config = settings
        self.reads_warehouse = settings.warehouse.has_tables and not workbook
        self.today = today.date() if today else None
        self.clock = clock

    def record(self, action: str) -> None:
        """Record in the audit that the person at the command line changed something."""
        from bot.service.access.viewer import Viewer

        try:
            person = getpass.getuser()
        except (KeyError, OSError):  # no such user on this machine, as in a container
            person = ""
        self.analyst.audit.record(Viewer(person, "command line", action), "done")

    def now(self) -> dt.datetime:
        """Return the present moment, on the day given as today if there is one."""
        now = self.clock()
        # The given day is a day in the schedule's time zone, whatever the hour is in UTC.
        return dt.datetime.combine(self.today, now.astimezone(self.analyst.zone).timetz()) if self.today else now

    def open_stored_answer(self, question: tuple[str, ...]) -> StoredAnswer:
        """Return the answer to a question as far as it is in the store; the analyst is not needed to find it."""
        from bot.cli.stored_answers import StoredAnswer

        return StoredAnswer(self.config, question, self.clock(), self.today)

    @functools.cached_property
    def translate(self) -> Translator:
        """The language of the output."""
        from bot.locale.translator import get_translator

        return get_translator(self.config.company.language or "en")

    @functools.cached_property
    def workbook(self) -> Workbook:
        """The workbook, opened."""
        from sheets.connect import open_workbook

        return open_workbook(self.config, lambda reason: print_wait(reason, self.translate))

    @functools.cached_property
    def analyst(self) -> Analyst:
        """The analyst, which answers questions."""
        from bot.service.analyst import Analyst

        return Analyst.open(self.config, self.now)

    def limit_reading(self) -> AbstractContextManager[None]:
        """Limit the memory and time of a block that reads or writes the workbook, as the config says."""
        from bot.service.refresh.limits import limit_reading

        return limit_reading(self.config.sync)

    def sync(self, explain_refusal: Explain = lambda _: None, *, trust_clock: bool = False) -> SyncResult:
        """Read the workbook into the store, with progress on a terminal.

        `explain_refusal` is called with how the workbook was understood, if no figure can be read from its tabs;
        `trust_clock` says that the clock is right, although it is before the last sync or far after it; a day that was
        given as today is no clock.
        """
        from bot.cli.progress import show_progress
        from bot.service.problem_list import collect_marks
        from bot.service.refresh.reading import sync_workbook

        if self.config.warehouse.has_tables:
            from bot.service.refresh.warehouse import sync_warehouse

            with self.limit_reading(), show_progress(self.translate) as report_step:
                is_trusted = trust_clock or self.today is not None
                return sync_warehouse(self.analyst, self.now(), self.today, report_step, trust_clock=is_trusted)
        # A command that syncs a file does not write to it, and what people marked in it counts at once.
        is_excel = Path(self.config.workbook.path).suffix.lower() in {".xlsx", ".xlsm"}
        newest = self.analyst.find_newest() if is_excel else None
        with self.limit_reading(), show_progress(self.translate) as report_step:
            if newest:
                collect_marks(self.analyst.store, newest.snapshot.source, newest.problems(), self.workbook, self.now())
            return sync_workbook(
                self.analyst,
                self.workbook,
                self.now(),
                self.today,
                report_step,
                explain_refusal,
                trust_clock=trust_clock or self.today is not None,
            )

    def look(self) -> Understanding:
        """Return how the workbook is understood; nothing is stored."""
        from bot.cli.progress import show_progress
        from bot.service.refresh.options import build_read_options
        from sheets.ingest.sync import look_at_workbook

        options = build_read_options(self.analyst, self.now())
        with self.limit_reading(), show_progress(self.translate) as report_step:
            return look_at_workbook(self.workbook, options, self.now(), self.today, report_step)

    def parse_workbook(self) -> ParsedWorkbook:
        """Return the ledger and the problems of the workbook; nothing is stored."""
        from bot.cli.progress import show_progress
        from bot.service.refresh.options import build_read_options
        from sheets.ingest.parse import parse_tabs
        from sheets.ingest.sync import read_grids

        options = build_read_options(self.analyst, self.now())
        with self.limit_reading(), show_progress(self.translate) as report_step:
            return parse_tabs(*read_grids(self.workbook, options, self.now(), self.today, report_step))

    def prepare_analyst(self) -> Analyst:
        """Return the analyst, after a sync where figures are from a file that was never synced or has changed since."""
        analyst, path = self.analyst, self.config.workbook.path
        if self.config.warehouse.has_tables:
            return analyst
        if path and analyst.find_snapshot() is None:
            self.sync()
        elif path and self._has_changed(Path(path)):
            try:
                self.sync()
            except (WorkbookError, StoreError) as error:
                click.echo(f"nrrbot: {self.translate.format_error(error)}", err=True)
        return analyst

    def _has_changed(self, path: Path) -> bool:
        """Tell whether a file must be read; one that cannot be seen counts as unchanged."""
        from bot.service.refresh.polling import confirm_unchanged
        from sheets.workbook.files import stamp_files

        stamp, source = stamp_files(path), f"file:{path.absolute()}"
        if self.today and stamp:
            # A question about another day neither confirms the data nor reads it as of that day.
            poll = self.analyst.store.find_poll(source)
            return poll is None or poll.stamp != stamp
        return bool(stamp) and not confirm_unchanged(self.analyst, source, stamp, self.now())


def _choose_workbook(settings: Config, workbook: str, *, is_configured: bool) -> Config:
    """Return the config with another workbook, in place of its warehouse too: a path, or the address of a Google Sheet.

    Without a config file there is no service account, so the sheet is read by its link.
    """
    import msgspec

    from sheets.google.address import is_sheet_address

    replace = msgspec.structs.replace
    settings = replace(settings, warehouse=replace(settings.warehouse, mrr="", sql={}))
    if not is_sheet_address(workbook):
        path = str(Path(workbook).absolute())
        return replace(settings, workbook=replace(settings.workbook, path=path, google=""))
    settings = replace(settings, workbook=replace(settings.workbook, path="", google=workbook))
    return settings if is_configured else replace(settings, google=replace(settings.google, credentials_file=""))


def common(command: Callable[..., None]) -> Callable[..., None]:
    """Add the common options to a command and pass it a Setup as its first argument."""

    @click.option("--config", type=click.Path(path_type=Path), help="The config file (default: config.toml).")
    @click.option("--workbook", metavar="PATH", help=WORKBOOK_HELP)
    @click.option("--db", type=click.Path(path_type=Path), help="The SQLite file instead of the config's store.")
    @click.option("--today", type=click.DateTime(["%Y-%m-%d"]), help="The day that counts as today, YYYY-MM-DD.")
    @click.option("--lang", type=click.Choice(["en", "fr"]), help="The language of the output.")
    @functools.wraps(command)
    def wrapped(
        config: Path | None,
        workbook: str | None,
        db: Path | None,
        today: dt.datetime | None,
        lang: Language | None,
        **options: Any,
    ) -> None:
        with report_errors(lang or "en"):
            # A file that is only looked at needs neither a config nor a store.
            file = options.pop("file", None)
            clock = click.get_current_context().obj
            setup = Setup(config, file or workbook, db, today, lang, clock, needs_store=not file)
        try:
            command(setup, **options)
        except NrrbotError as error:
            exit_with_error(error, setup.translate.format_error(error))

    return wrapped


def accept_unused(*names: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Let a command accept common options that it has no use for, as scripts pass them to every command."""

    def decorated(command: Callable[..., None]) -> Callable[..., None]:
        for name in names:
            command = click.option(name, expose_value=False, hidden=True)(command)
        return command

    return decorated


@contextmanager
def report_errors(lang: Language) -> Iterator[None]:
    """Print errors in the language of --lang, for the time before the config is read."""
    try:
        yield
    except NrrbotError as error:
        from bot.locale.translator import get_translator

        exit_with_error(error, get_translator(lang).format_error(error))


def print_wait(reason: Sentence, translate: Translator) -> None:
    """Print why the command waits before it repeats a call."""
    click.echo(f"nrrbot: {translate.format_sentence(reason)}", err=True)
