"""The options that commands share, and the parts that they come to."""

from __future__ import annotations

import datetime as dt
import functools
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NoReturn

import click

from core.config import Config, load_config
from core.errors import ConfigError, NrrbotError, WorkbookError

if TYPE_CHECKING:
    from bot.locale.translator import Translator
    from bot.service.analyst import Analyst
    from core.errors import Sentence
    from core.store.store import Snapshot
    from sheets.ingest.sync import Synced
    from sheets.workbook.port import Workbook


DEFAULT_CONFIG = Path("config.toml")

Language = Literal["en", "fr"]


class Setup:
    """What the common options come to. Parts are made when a command first needs them.

    Attributes:
        config: the config, with the options' values put in.
        today: the day that counts as today, when it was given.
        clock: returns the present moment, UTC.

    """

    def __init__(
        self,
        config: Path | None,
        workbook: Path | None,
        db: Path | None,
        today: dt.datetime | None,
        lang: str | None,
        clock: Callable[[], dt.datetime],
    ) -> None:
        import msgspec

        if config is None and (DEFAULT_CONFIG.exists() or not (workbook and db)):
            config = DEFAULT_CONFIG
        found = load_config(config) if config else Config()
        replace = msgspec.structs.replace
        if workbook:
            found = replace(found, workbook=replace(found.workbook, path=str(workbook.absolute()), google=""))
        if db:
            found = replace(found, store=replace(found.store, path=str(db)))
        if lang:
            found = replace(found, company=replace(found.company, language=lang))
        self.config = found
        self.today = today.date() if today else None
        self.clock = clock

    def now(self) -> dt.datetime:
        """Return the present moment, on the day that was given as today if one was."""
        now = self.clock()
        # The day is meant where the schedule is kept, whatever the hour is in UTC.
        return dt.datetime.combine(self.today, now.astimezone(self.analyst.zone).timetz()) if self.today else now

    @functools.cached_property
    def translate(self) -> Translator:
        """The language of what is printed."""
        from bot.locale.translator import get_translator

        return get_translator(self.config.company.language)

    @functools.cached_property
    def workbook(self) -> Workbook:
        """The workbook, opened."""
        from sheets.connect import open_workbook

        return open_workbook(self.config, lambda why: print_wait(why, self.translate))

    @functools.cached_property
    def analyst(self) -> Analyst:
        """Where questions are answered. Reads the workbook first when it never was and it is a file."""
        from bot.service.analyst import Analyst
        from core.config import load_playbook_of
        from core.store.store import Store
        from sheets.connect import source_of

        store = Store(Path(self.config.store.path))
        return Analyst(
            self.config, store, source_of(self.config), load_playbook_of(self.config), self.translate, self.now
        )

    def sync(self) -> Synced:
        """Read the workbook into the store, with progress on a terminal."""
        from bot.cli.progress import show_progress
        from bot.service.refresh import sync_workbook

        with show_progress(self.translate) as tell:
            return sync_workbook(self.analyst, self.workbook, self.now(), self.today, tell)

    def ready(self) -> Analyst:
        """Return the analyst with something to answer from: a file that was never synced, or has changed since, is."""
        path = self.config.workbook.path
        snapshot = self.analyst.store.latest(self.analyst.source) if path else None
        if path and snapshot is None:
            self.sync()
        elif snapshot and _file_changed(Path(path), snapshot):
            try:
                self.sync()
            except WorkbookError as error:
                click.echo(f"nrrbot: {self.translate.format_error(error)}", err=True)
        return self.analyst


def _file_changed(path: Path, snapshot: Snapshot) -> bool:
    """Tell whether a file is another than the one that was synced. One that cannot be read just now is not."""
    from sheets.excel.files import version

    found = version(path)
    return found is not None and found != snapshot.source_version


def common(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the common options, and pass it a Setup as its first argument."""

    @click.option("--config", type=click.Path(path_type=Path), help="The config file; config.toml if not given.")
    @click.option("--workbook", type=click.Path(path_type=Path), help="An .xlsx file instead of the config's sheet.")
    @click.option("--db", type=click.Path(path_type=Path), help="The SQLite file instead of the config's.")
    @click.option("--today", type=click.DateTime(["%Y-%m-%d"]), help="The day that counts as today, YYYY-MM-DD.")
    @click.option("--lang", type=click.Choice(["en", "fr"]), help="The language of what is printed.")
    @functools.wraps(command)
    def wrapped(
        config: Path | None,
        workbook: Path | None,
        db: Path | None,
        today: dt.datetime | None,
        lang: Language | None,
        **others: Any,
    ) -> None:
        with report_errors(lang or "en"):
            setup = Setup(config, workbook, db, today, lang, click.get_current_context().obj)
        try:
            command(setup, **others)
        except NrrbotError as error:
            exit_with_error(error, setup.translate.format_error(error))

    return wrapped


def ignoring(*names: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Let a command take common options that mean nothing to it, as scripts pass them everywhere."""

    def decorated(command: Callable[..., None]) -> Callable[..., None]:
        for name in names:
            command = click.option(name, expose_value=False, hidden=True)(command)
        return command

    return decorated


@contextmanager
def report_errors(lang: Language) -> Iterator[None]:
    """Tell errors in the language that was asked for, where no config has said which it is."""
    from bot.locale.translator import get_translator

    try:
        yield
    except NrrbotError as error:
        exit_with_error(error, get_translator(lang).format_error(error))


def print_wait(why: Sentence, translate: Translator) -> None:
    """Say that a call is tried again later, to whoever sits before a command that does not come back."""
    click.echo(f"nrrbot: {translate.format_sentence(why)}", err=True)


def exit_with_error(error: NrrbotError, text: str) -> NoReturn:
    """Print `text` on stderr and exit: 2 for a wrong config, else 1."""
    click.echo(f"nrrbot: {text}", err=True)
    sys.exit(2 if isinstance(error, ConfigError) else 1)
