"""The commands of the command line, `nrrbot` or `python -m bot`."""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

import click

from bot.cli.setup import DEFAULT_CONFIG, Language, Setup, common, ignoring, print_wait, report_errors
from core.config import load_config
from core.errors import N_

if TYPE_CHECKING:
    from bot.cli.exports import Export

Layout = Literal["wide", "long", "subscriptions", "movements"]


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
    from bot.cli.demo import run_demo

    with report_errors(lang):
        run_demo(folder, lang, click.echo)


@cli.command()
@common
def sync(setup: Setup) -> None:
    """Read the workbook into the store; print what changed and the problems by code."""
    from bot.messages.status.sync import synced_text

    click.echo(synced_text(setup.sync(), setup.translate))


@cli.command()
@click.argument("question", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="The Answer as JSON.")
@click.option("--slack", "as_slack", is_flag=True, help="The Block Kit payload.")
@click.option("--csv", "as_csv", is_flag=True, help="The rows of a table as CSV.")
@click.option("--metric", type=click.Choice(["nrr", "grr"]), default="nrr", help="Which figure stands first.")
@common
def ask(setup: Setup, question: tuple[str, ...], metric: str, *, as_json: bool, as_slack: bool, as_csv: bool) -> None:
    """Print what Slack would answer to QUESTION, such as "enterprise Q3 2025"."""
    analyst, text = setup.ready(), " ".join(question)
    reply = analyst.reply(f"/{metric}", text)
    if as_json:
        _print_json(reply.data())
        return
    if as_csv:
        from bot.cli import exports

        _print_export(exports.table_export(reply.data()), as_json=False)
        return
    message = reply.message()
    if as_slack:
        from bot.messages.kit.markup import build_payload

        _print_json({"response_type": "ephemeral", **build_payload(message)})
        return
    click.echo(message.text)


@cli.command()
@common
def write(setup: Setup) -> None:
    """Write metrics and problems back into the workbook."""
    from bot.cli.progress import show_progress
    from bot.messages.status.writeback import written_text
    from bot.service.refresh import write_back

    analyst = setup.ready()
    with show_progress(setup.translate) as tell:
        written = write_back(analyst, setup.workbook, tell)
    click.echo(written_text(written, setup.translate))


@cli.command()
@click.argument("question", nargs=-1)
@click.option("--json/--csv", "as_json", default=True, help="JSON (the default) or CSV.")
@common
def accounts(setup: Setup, question: tuple[str, ...], *, as_json: bool) -> None:
    """Print every account behind a figure, such as "enterprise Q3 churn", with the rows of the sheet it comes from."""
    from bot.cli import exports

    data = setup.ready().reply("/nrr", " ".join(("accounts", *question))).data()
    if as_json:
        _print_json(data)
    else:
        _print_export(exports.table_export(data), as_json=False)


@cli.command()
@click.option("--json/--csv", "as_json", default=True, help="JSON (the default) or CSV.")
@common
def metrics(setup: Setup, *, as_json: bool) -> None:
    """Print every segment x every period x window (month, quarter, TTM)."""
    from bot.cli import exports

    analyst = setup.ready()
    _print_export(exports.metrics_export(analyst.store.figures(analyst.latest()[0].id)), as_json=as_json)


@cli.command()
@click.option("--json/--csv", "as_json", default=True, help="JSON (the default) or CSV.")
@click.option("--accounts", is_flag=True, help="Each movement of each account.")
@common
def movements(setup: Setup, *, as_json: bool, accounts: bool) -> None:
    """Print the month-by-month movements of MRR, in minor units."""
    from bot.cli import exports

    ledger = setup.ready().latest()[1].ledger
    export = exports.account_movements_export(ledger) if accounts else exports.movements_export(ledger)
    _print_export(export, as_json=as_json)


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@common
def problems(setup: Setup, *, as_json: bool) -> None:
    """Print what is wrong in the sheet, cell by cell."""
    from bot.messages.status.problems import problem_json, problems_text
    from sheets.problems import Problem

    analyst = setup.ready()
    found = [Problem.restore(row) for row in analyst.store.problems(analyst.latest()[0].id)]
    if as_json:
        _print_json([problem_json(problem, setup.translate) for problem in found])
    else:
        click.echo(problems_text(found, setup.translate))


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="As JSON, with every figure.")
@common
def restatements(setup: Setup, *, as_json: bool) -> None:
    """Print which figures of closed periods a later sync changed, and whose rows did it; the newest first."""
    from bot.messages.digests.restatements import restatement_json, restatements_text

    analyst = setup.ready()
    snapshot, segments = analyst.latest()
    found = analyst.store.restatements(snapshot.source)
    if as_json:
        _print_json([restatement_json(each, analyst.calendar) for each in reversed(found)])
    else:
        click.echo(restatements_text(found, segments.headings, analyst.calendar, setup.translate))


@cli.command()
@click.argument("path", type=click.Path(path_type=Path))
@common
def backup(setup: Setup, path: Path) -> None:
    """Copy the store to PATH, a new file, also while nrrbot runs."""
    setup.analyst.store.backup(path)
    click.echo(setup.translate(N_("Wrote {path}."), path=path))


@cli.command()
@click.option("--preview", is_flag=True, help="Print it; post nothing.")
@click.option(
    "--again", is_flag=True, help="Post also what was begun before and not confirmed: look in the channel first."
)
@common
def digest(setup: Setup, *, preview: bool, again: bool) -> None:
    """Post this week's digest, unless it was posted already; with --preview print it."""
    from bot.messages.digests.weekly import digest_message
    from bot.service.digests import build_weekly_digest

    analyst = setup.ready()
    if preview:
        click.echo(digest_message(build_weekly_digest(analyst, setup.now()), analyst.playbook, setup.translate).text)
        return
    from bot.jobs.digest_delivery import post_digest
    from bot.slack.client import build_bot_client

    click.echo(
        setup.translate.format_sentence(post_digest(analyst, build_bot_client(setup.config), setup.now(), again=again))
    )


@cli.command()
@click.option("--http", is_flag=True, help="Take signed HTTP requests instead of Socket Mode.")
@common
def run(setup: Setup, *, http: bool) -> None:
    """Run the Slack app and the scheduler until stopped."""
    from bot.jobs.run import run as run_until_stopped
    from sheets.connect import open_workbook

    # Opened here: what it waits for belongs into the log, like everything that `run` says.
    run_until_stopped(setup.analyst, open_workbook(setup.config), http=http)


@cli.command()
@click.option("--url", default="", help="Where Slack reaches the bot over HTTP; without it, Socket Mode.")
@ignoring("--config", "--workbook", "--db", "--today", "--lang")
def manifest(url: str) -> None:
    """Print the Slack app manifest, ready to paste."""
    from bot.slack.manifest import build_manifest

    _print_json(build_manifest(url))


@cli.command()
@click.option("--http", is_flag=True, help="Check what `nrrbot run --http` needs instead of Socket Mode.")
@common
def doctor(setup: Setup, *, http: bool) -> None:
    """Check config, tokens, scopes, sheet access, clock and store: one line each, with the mend."""
    from bot.cli.doctor import run_checks

    healthy = True
    for finding in run_checks(setup.analyst, lambda: setup.workbook, setup.now(), http=http):
        click.echo(finding.line(setup.translate))
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
@click.pass_obj
def template(
    clock: Callable[[], dt.datetime],
    path: Path | None,
    layout: Layout,
    lang: Language,
    config: Path,
    *,
    google: bool,
) -> None:
    """Write input tabs to PATH, a new .xlsx, or into the config's Google Sheet: headings, checks, an example row."""
    from bot.locale.translator import get_translator
    from bot.messages.status.writeback import made_text
    from core.months import last_closed
    from sheets.templates.template import put_template, write_template

    through = last_closed(clock().date())
    if google == bool(path):
        raise click.UsageError("Give either PATH or --google.")
    with report_errors(lang):
        if path:
            write_template(path, layout, lang, through=through)
            click.echo(get_translator(lang)(N_("Wrote {path}."), path=path))
        else:
            say = get_translator(lang)
            made = put_template(
                load_config(config), layout, lang, through=through, waiting=lambda why: print_wait(why, say)
            )
            click.echo(made_text(made, say))


def _print_json(value: object) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def _print_export(export: Export, *, as_json: bool) -> None:
    if as_json:
        _print_json(list(export.rows))
    else:
        export.write_csv(sys.stdout)
