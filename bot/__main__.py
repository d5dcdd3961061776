"""The command line, `nrrbot` or `python -m bot`, and the wiring of all parts. The clock is read here."""

from __future__ import annotations

import datetime as dt
import functools
import json
import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NoReturn, get_args

import click

from core.config import Config, load
from core.errors import N_, ConfigError, NrrbotError, WorkbookError

if TYPE_CHECKING:
    from bot.commands import Desk
    from bot.exports import Export
    from bot.words import Words
    from core.errors import Sentence
    from core.store.store import Snapshot
    from sheets.ingest.sync import Synced
    from sheets.workbook.port import Workbook

DEFAULT_CONFIG = Path("config.toml")

Language = Literal["en", "fr"]
Layout = Literal["wide", "long", "subscriptions", "movements"]


class Setup:
    """What the common options come to. Parts are made when a command first needs them.

    Attributes:
        config: the config, with the options' values put in.
        today: the day that counts as today, when it was given.

    """

    def __init__(
        self, config: Path | None, workbook: Path | None, db: Path | None, today: dt.datetime | None, lang: str | None
    ) -> None:
        import msgspec

        if config is None and (DEFAULT_CONFIG.exists() or not (workbook and db)):
            config = DEFAULT_CONFIG
        found = load(config) if config else Config()
        replace = msgspec.structs.replace
        if workbook:
            found = replace(found, workbook=replace(found.workbook, path=str(workbook.absolute()), google=""))
        if db:
            found = replace(found, store=replace(found.store, path=str(db)))
        if lang:
            found = replace(found, company=replace(found.company, language=lang))
        self.config = found
        self.today = today.date() if today else None

    def now(self) -> dt.datetime:
        """Return the present moment, on the day that was given as today if one was."""
        now = dt.datetime.now(dt.UTC)
        # The day is meant where the schedule is kept, whatever the hour is in UTC.
        return dt.datetime.combine(self.today, now.astimezone(self.desk.zone).timetz()) if self.today else now

    @functools.cached_property
    def words(self) -> Words:
        """The language of what is printed."""
        from bot.words import words

        return words(self.config.company.language)

    @functools.cached_property
    def workbook(self) -> Workbook:
        """The workbook, opened."""
        from sheets.connect import open_workbook

        return open_workbook(self.config, lambda why: _tell_wait(why, self.words))

    @functools.cached_property
    def desk(self) -> Desk:
        """Where questions are answered. Reads the workbook first when it never was and it is a file."""
        from bot.commands import Desk
        from core.config import playbook
        from core.store.store import Store
        from sheets.connect import source_of

        store = Store(Path(self.config.store.path))
        return Desk(self.config, store, source_of(self.config), playbook(self.config), self.words, self.now)

    def sync(self) -> Synced:
        """Read the workbook into the store, with progress on a terminal."""
        from bot.jobs import sync
        from bot.progress import progress

        with progress(self.words) as tell:
            return sync(self.desk, self.workbook, self.now(), self.today, tell)

    def ready(self) -> Desk:
        """Return the desk with something to answer from: a file that was never synced, or has changed since, is."""
        path = self.config.workbook.path
        snapshot = self.desk.store.latest(self.desk.source) if path else None
        if path and snapshot is None:
            self.sync()
        elif snapshot and _changed(Path(path), snapshot):
            try:
                self.sync()
            except WorkbookError as error:
                click.echo(f"nrrbot: {self.words.error(error)}", err=True)
        return self.desk


def _changed(path: Path, snapshot: Snapshot) -> bool:
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
        with _telling(lang or "en"):
            setup = Setup(config, workbook, db, today, lang)
        try:
            command(setup, **others)
        except NrrbotError as error:
            _fail(error, setup.words.error(error))

    return wrapped


def ignoring(*names: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Let a command take common options that mean nothing to it, as scripts pass them everywhere."""

    def decorated(command: Callable[..., None]) -> Callable[..., None]:
        for name in names:
            command = click.option(name, expose_value=False, hidden=True)(command)
        return command

    return decorated


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="nrrbot")
def cli() -> None:
    """NRR and GRR from the sheet your team keeps: exact, explained, checkable."""


@cli.command()
@click.argument("folder", type=click.Path(path_type=Path), default=Path("demo"))
@click.option("--lang", type=click.Choice(["en", "fr"]), default="en", help="The language of what is printed.")
@ignoring("--config", "--workbook", "--db", "--today")
def demo(folder: Path, lang: Language) -> None:
    """Run the main job on the sample workbook in FOLDER (./demo): no Slack, no Google, no network."""
    from bot.demo import run_demo

    with _telling(lang):
        run_demo(folder, lang, click.echo)


@cli.command()
@common
def sync(setup: Setup) -> None:
    """Read the workbook into the store; print what changed and the problems by code."""
    from bot.messages.plain import synced_text

    click.echo(synced_text(setup.sync(), setup.words))


@cli.command()
@click.argument("question", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="The Answer as JSON.")
@click.option("--slack", "as_slack", is_flag=True, help="The Block Kit payload.")
@click.option("--csv", "as_csv", is_flag=True, help="The rows of a table as CSV.")
@click.option("--metric", type=click.Choice(["nrr", "grr"]), default="nrr", help="Which figure stands first.")
@common
def ask(setup: Setup, question: tuple[str, ...], metric: str, *, as_json: bool, as_slack: bool, as_csv: bool) -> None:
    """Print what Slack would answer to QUESTION, such as "enterprise Q3 2025"."""
    desk, text = setup.ready(), " ".join(question)
    reply = desk.reply(f"/{metric}", text)
    if as_json:
        _print_json(reply.data())
        return
    if as_csv:
        from bot import exports

        _print_export(exports.table(reply.data()), as_json=False)
        return
    message = reply.message()
    if as_slack:
        from bot.messages.markup import payload

        _print_json({"response_type": "ephemeral", **payload(message)})
        return
    click.echo(message.text)


@cli.command()
@common
def write(setup: Setup) -> None:
    """Write metrics and problems back into the workbook."""
    from bot.jobs import write_back
    from bot.messages.plain import written_text
    from bot.progress import progress

    desk = setup.ready()
    with progress(setup.words) as tell:
        written = write_back(desk, setup.workbook, tell)
    click.echo(written_text(written, setup.words))


@cli.command()
@click.argument("question", nargs=-1)
@click.option("--json/--csv", "as_json", default=True, help="JSON (the default) or CSV.")
@common
def accounts(setup: Setup, question: tuple[str, ...], *, as_json: bool) -> None:
    """Print every account behind a figure, such as "enterprise Q3 churn", with the rows of the sheet it comes from."""
    from bot import exports

    data = setup.ready().reply("/nrr", " ".join(("accounts", *question))).data()
    if as_json:
        _print_json(data)
    else:
        _print_export(exports.table(data), as_json=False)


@cli.command()
@click.option("--json/--csv", "as_json", default=True, help="JSON (the default) or CSV.")
@common
def metrics(setup: Setup, *, as_json: bool) -> None:
    """Print every segment x every period x window (month, quarter, TTM)."""
    from bot import exports

    desk = setup.ready()
    _print_export(exports.metrics(desk.store.figures(desk.latest()[0].id)), as_json=as_json)


@cli.command()
@click.option("--json/--csv", "as_json", default=True, help="JSON (the default) or CSV.")
@click.option("--accounts", is_flag=True, help="Each movement of each account.")
@common
def movements(setup: Setup, *, as_json: bool, accounts: bool) -> None:
    """Print the month-by-month movements of MRR, in minor units."""
    from bot import exports

    ledger = setup.ready().latest()[1].ledger
    export = exports.account_movements(ledger) if accounts else exports.movements(ledger)
    _print_export(export, as_json=as_json)


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@common
def problems(setup: Setup, *, as_json: bool) -> None:
    """Print what is wrong in the sheet, cell by cell."""
    from bot.messages.plain import problem_json, problems_text
    from sheets.problems import Problem

    desk = setup.ready()
    found = [Problem.restore(row) for row in desk.store.problems(desk.latest()[0].id)]
    if as_json:
        _print_json([problem_json(problem, setup.words) for problem in found])
    else:
        click.echo(problems_text(found, setup.words))


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="As JSON, with every figure.")
@common
def restatements(setup: Setup, *, as_json: bool) -> None:
    """Print which figures of closed periods a later sync changed, and whose rows did it; the newest first."""
    from bot.messages.restatements import restatement_json, restatements_text

    desk = setup.ready()
    snapshot, segments = desk.latest()
    found = desk.store.restatements(snapshot.source)
    if as_json:
        _print_json([restatement_json(each, desk.calendar) for each in reversed(found)])
    else:
        click.echo(restatements_text(found, segments.headings, desk.calendar, setup.words))


@cli.command()
@click.argument("path", type=click.Path(path_type=Path))
@common
def backup(setup: Setup, path: Path) -> None:
    """Copy the store to PATH, a new file, also while nrrbot runs."""
    setup.desk.store.backup(path)
    click.echo(setup.words(N_("Wrote {path}."), path=path))


@cli.command()
@click.option("--preview", is_flag=True, help="Print it; post nothing.")
@click.option(
    "--again", is_flag=True, help="Post also what was begun before and not confirmed: look in the channel first."
)
@common
def digest(setup: Setup, *, preview: bool, again: bool) -> None:
    """Post this week's digest, unless it was posted already; with --preview print it."""
    from bot import jobs
    from bot.messages.digests import digest_message

    desk = setup.ready()
    if preview:
        click.echo(digest_message(jobs.this_week(desk, setup.now()), desk.playbook, setup.words).text)
        return
    click.echo(setup.words.sentence(jobs.post_digest(desk, jobs.slack_client(setup.config), setup.now(), again=again)))


@cli.command()
@click.option("--http", is_flag=True, help="Take signed HTTP requests instead of Socket Mode.")
@common
def run(setup: Setup, *, http: bool) -> None:
    """Run the Slack app and the scheduler until stopped."""
    from bot.running import run as run_until_stopped
    from sheets.connect import open_workbook

    # Opened here: what it waits for belongs into the log, like everything that `run` says.
    run_until_stopped(setup.desk, open_workbook(setup.config), http=http)


@cli.command()
@click.option("--url", default="", help="Where Slack reaches the bot over HTTP; without it, Socket Mode.")
@ignoring("--config", "--workbook", "--db", "--today", "--lang")
def manifest(url: str) -> None:
    """Print the Slack app manifest, ready to paste."""
    from bot.manifest import manifest as build_manifest

    _print_json(build_manifest(url))


@cli.command()
@click.option("--http", is_flag=True, help="Check what `nrrbot run --http` needs instead of Socket Mode.")
@common
def doctor(setup: Setup, *, http: bool) -> None:
    """Check config, tokens, scopes, sheet access, clock and store: one line each, with the mend."""
    from bot.doctor import examine

    healthy = True
    for finding in examine(setup.desk, lambda: setup.workbook, setup.now(), http=http):
        click.echo(finding.line(setup.words))
        healthy = healthy and finding.good
    sys.exit(0 if healthy else 1)


@cli.command()
@click.argument("path", type=click.Path(path_type=Path), required=False)
@click.option("--google", is_flag=True, help="Make the tabs in the Google Sheet of the config instead of a file.")
@click.option(
    "--layout",
    type=click.Choice(get_args(Layout)),
    default="wide",
    help="Which revenue tab.",
)
@click.option("--lang", type=click.Choice(["en", "fr"]), default="en", help="The language of the headings.")
@click.option("--config", type=click.Path(path_type=Path), default=DEFAULT_CONFIG, hidden=True)
@ignoring("--workbook", "--db", "--today")
def template(path: Path | None, layout: Layout, lang: Language, config: Path, *, google: bool) -> None:
    """Write input tabs to PATH, a new .xlsx, or into the config's Google Sheet: headings, checks, an example row."""
    from bot.messages.plain import made_text
    from bot.words import words
    from core.months import last_closed
    from sheets.templates.template import put_template, write_template

    through = last_closed(dt.datetime.now(dt.UTC).date())
    if google == bool(path):
        raise click.UsageError("Give either PATH or --google.")
    with _telling(lang):
        if path:
            write_template(path, layout, lang, through=through)
            click.echo(words(lang)(N_("Wrote {path}."), path=path))
        else:
            say = words(lang)
            made = put_template(load(config), layout, lang, through=through, waiting=lambda why: _tell_wait(why, say))
            click.echo(made_text(made, say))


@contextmanager
def _telling(lang: Language) -> Iterator[None]:
    """Tell errors in the language that was asked for, where no config has said which it is."""
    from bot.words import words

    try:
        yield
    except NrrbotError as error:
        _fail(error, words(lang).error(error))


def _tell_wait(why: Sentence, words: Words) -> None:
    """Say that a call is tried again later, to whoever sits before a command that does not come back."""
    click.echo(f"nrrbot: {words.sentence(why)}", err=True)


def _fail(error: NrrbotError, text: str) -> NoReturn:
    click.echo(f"nrrbot: {text}", err=True)
    sys.exit(2 if isinstance(error, ConfigError) else 1)


def _print_json(value: object) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def _print_export(export: Export, *, as_json: bool) -> None:
    if as_json:
        _print_json(list(export.rows))
    else:
        export.write_csv(sys.stdout)


def main() -> None:
    """Run the command line. Errors are told in a sentence on stderr; no traceback reaches a person."""
    # Libraries log what our own sentence says; `nrrbot run`, which sets logging up, is where a log is read.
    logging.lastResort = None
    try:
        cli(prog_name="nrrbot")  # not what argv says: `python -m bot` is the same command
    except NrrbotError as error:
        _fail(error, str(error))
    except BrokenPipeError:
        # The reader of our output went away, as `| head` does.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except Exception as error:
        if os.environ.get("NRRBOT_TRACE"):
            raise
        click.echo(
            f"nrrbot: a fault of its own stopped it: {type(error).__name__}: {error}. "
            "Set NRRBOT_TRACE=1 to see where, and please report it.",
            err=True,
        )
        sys.exit(70)


if __name__ == "__main__":
    main()
