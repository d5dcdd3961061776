"""The commands of the command line, `nrrbot` or `python -m bot`."""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import click

from bot.cli.addin import addin
from bot.cli.audit import audit
from bot.cli.exit_codes import FAILED
from bot.cli.setup import DEFAULT_CONFIG, Setup, accept_unused, common, print_wait, report_errors
from core.config import Access, load_config
from core.errors import N_, QuestionError, WorkbookLayoutError
from core.redaction import redact
from core.terms import Language, RevenueLayout
from sheets.problems import Severity

if TYPE_CHECKING:
    from bot.cli.exports import Export
    from bot.jobs.run import Slack
    from bot.service.commands import Reply
    from sheets.ingest.understanding import Understanding


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="nrrbot")
def cli() -> None:
    """NRR and GRR from the sheet your team keeps: exact, explained, checkable."""


cli.add_command(addin)
cli.add_command(audit)


@cli.command()
@click.argument("folder", type=click.Path(path_type=Path), default=Path("demo"))
@click.option("--lang", type=click.Choice(["en", "fr"]), default="en", help="The language of the output.")
@accept_unused("--config", "--workbook", "--db", "--today")
def demo(folder: Path, lang: Language) -> None:
    """Run the main job on the sample workbook in FOLDER (./demo), without Slack, Google or a network."""
    from bot.cli.first_steps.demo import run_demo

    with report_errors(lang):
        run_demo(folder, lang, click.echo)


@cli.command()
@click.argument("folder", type=click.Path(path_type=Path), default=Path())
@click.option("--base", type=click.Path(path_type=Path), help="A config with further keys, such as those of a proxy.")
@click.option("--lang", type=click.Choice(["en", "fr"]), help="The language of the output, and of the company.")
@accept_unused("--config", "--workbook", "--db", "--today")
@click.pass_obj
def init(clock: Callable[[], dt.datetime], folder: Path, base: Path | None, lang: Language | None) -> None:
    """Set nrrbot up: at most eight questions, each tested at once. Writes config.toml and secrets/ to FOLDER (./)."""
    from bot.cli.first_steps.init import run_init

    def ask(text: str, default: str | None, is_secret: bool) -> str:
        return str(click.prompt(text, default=default, hide_input=is_secret, show_default=bool(default), err=True))

    with report_errors(lang or "en"):
        run_init(folder, base, lang, ask, click.echo, clock)


@cli.command()
@click.option("--force", is_flag=True, help="Trust this machine's clock, although the last sync says otherwise.")
@common
def sync(setup: Setup, *, force: bool) -> None:
    """Read the workbook into the store; print the changes and the problems by code."""
    from bot.messages.status.look import describe_look
    from bot.messages.status.sync import describe_sync

    is_first = setup.analyst.find_snapshot() is None
    refused: list[Understanding] = []
    try:
        synced = setup.sync(refused.append, trust_clock=force)
    except WorkbookLayoutError:
        if not refused:
            raise
        # The meaning of each tab says more than the refusal alone, which is the end of it.
        click.echo(describe_look(refused[0], setup.workbook.name, setup.translate), err=True)
        sys.exit(FAILED)
    if is_first and synced.understanding:
        click.echo(describe_look(synced.understanding, setup.workbook.name, setup.translate) + "\n")
    setup.record("sync")
    click.echo(describe_sync(synced, setup.translate))


@cli.command()
@click.argument("file", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@common
def look(setup: Setup, *, as_json: bool) -> None:
    """Print how FILE, or the workbook or warehouse, is understood: headings, units, rows as read. Stores nothing."""
    if setup.reads_warehouse:
        _print_tables(setup, as_json=as_json)
        return
    from bot.messages.status.look import build_look_json, describe_look

    understanding = setup.look()
    if as_json:
        _print_json(build_look_json(understanding, setup.translate))
    else:
        click.echo(describe_look(understanding, setup.workbook.name, setup.translate))
    if understanding.refusal:
        sys.exit(FAILED)


@cli.command()
@click.argument("question", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@click.option("--slack", "as_slack", is_flag=True, help="Print the Block Kit payload.")
@click.option("--csv", "as_csv", is_flag=True, help="Print the rows of a table as CSV.")
@click.option("--metric", type=click.Choice(["nrr", "grr"]), default="nrr", help="The figure to show first.")
@click.option("--snapshot", type=click.IntRange(min=1), help="Answer from this snapshot; nothing is read anew.")
@common
def ask(
    setup: Setup,
    question: tuple[str, ...],
    metric: str,
    snapshot: int | None,
    *,
    as_json: bool,
    as_slack: bool,
    as_csv: bool,
) -> None:
    """Print the answer that Slack would give to QUESTION, such as "enterprise Q3 2025"."""
    form = "json" if as_json else "csv" if as_csv else "slack" if as_slack else "text"
    text = " ".join(question)
    stored = setup.open_stored_answer((metric, form, text))
    output = None if as_csv or snapshot else stored.find()
    if output is not None:
        click.echo(output)
        return
    analyst = setup.analyst if snapshot else setup.prepare_analyst()
    key = "" if snapshot else stored.hash_state()
    try:
        if snapshot:
            reply = analyst.reply_to_snapshot(snapshot, f"/{metric}", text)
        else:
            reply = analyst.reply(f"/{metric}", text)
    except QuestionError as error:
        if not as_json:
            raise
        from bot.messages.status.help import build_refusal_json

        _print_json({"error": build_refusal_json(error, setup.translate)})
        sys.exit(FAILED)
    if as_csv:
        from bot.cli import exports

        _print_csv(setup, exports.table_export(reply.csv()))
        return
    output = _format_reply(reply, form)
    click.echo(output)
    stored.record(key, output)


def _format_reply(reply: Reply, form: str) -> str:
    """Return a reply as JSON, as the payload of Block Kit or as text."""
    if form == "json":
        return _format_json(reply.json())
    message = reply.message()
    if form == "slack":
        from bot.messages.kit.payload import build_payload

        return _format_json({"response_type": "ephemeral", **build_payload(message)})
    return message.text


@cli.command()
@common
def write(setup: Setup) -> None:
    """Write metrics, problems and account signals into the bot's own tabs of the workbook."""
    from bot.cli.progress import show_progress
    from bot.messages.status.writeback import describe_write
    from bot.service.refresh.writeback import write_back

    analyst = setup.prepare_analyst()
    with setup.limit_reading(), show_progress(setup.translate) as report_step:
        result = write_back(analyst, setup.workbook, report_step)
    setup.record("write")
    click.echo(describe_write(result, setup.translate))


@cli.command()
@click.argument("question", nargs=-1)
@click.option("--json/--csv", "as_json", default=True, help="JSON (the default) or CSV.")
@common
def accounts(setup: Setup, question: tuple[str, ...], *, as_json: bool) -> None:
    """Print every account behind a figure, such as "enterprise Q3 churn", with its rows in the sheet."""
    from bot.cli import exports

    reply = setup.prepare_analyst().reply("/nrr", " ".join(("accounts", *question)))
    if as_json:
        _print_json(reply.json())
    else:
        _print_csv(setup, exports.table_export(reply.csv()))


@cli.command()
@click.option("--json/--csv", "as_json", default=True, help="JSON (the default) or CSV.")
@common
def metrics(setup: Setup, *, as_json: bool) -> None:
    """Print the figures of every segment and period, by month, quarter and twelve months."""
    from bot.cli import exports

    export = exports.metrics_export(setup.prepare_analyst().load_newest().figures())
    _print_export(setup, export, as_json=as_json)


@cli.command()
@click.option("--json/--csv", "as_json", default=True, help="JSON (the default) or CSV.")
@click.option("--accounts", is_flag=True, help="Print each movement of each account.")
@common
def movements(setup: Setup, *, as_json: bool, accounts: bool) -> None:
    """Print the monthly movements of MRR."""
    from bot.cli import exports

    analyst = setup.prepare_analyst()
    if accounts:
        analyst.require_accounts("movements")
    scope = analyst.load_newest().scope
    export = exports.account_movements_export(scope.ledger) if accounts else exports.movements_export(scope)
    _print_export(setup, export, as_json=as_json)


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--code", default="", help="Only problems of this code, each on its own.")
@click.option("--tab", default="", help="Only problems of this tab.")
@click.option("--severity", type=click.Choice(get_args(Severity)), help="Only errors, or only warnings.")
@click.option("--accept", multiple=True, metavar="CODE:CELL", help="Accept a warning until its cell changes.")
@click.option("--withdraw", multiple=True, metavar="CODE:CELL", help="Withdraw an acceptance.")
@common
def problems(
    setup: Setup,
    code: str,
    tab: str,
    severity: Severity | None,
    accept: tuple[str, ...],
    withdraw: tuple[str, ...],
    *,
    as_json: bool,
) -> None:
    """Print the problems in the sheet or warehouse with their fixes, those with most MRR at stake first."""
    if setup.reads_warehouse:
        if tab or accept or withdraw:
            raise click.UsageError("--tab, --accept and --withdraw are about a workbook: give it with --workbook.")
        _print_table_problems(setup, code, severity, as_json=as_json)
        return
    from bot.messages.status.problems import build_problem_json, list_problems
    from bot.service import problem_list

    problem_list.check_code(code)
    newest = setup.prepare_analyst().load_newest()
    accepted = problem_list.accept_problems(newest, accept, setup.now())
    withdrawn = problem_list.withdraw_acceptances(newest, withdraw)
    if accepted or withdrawn:
        setup.record("accept" if accepted else "withdraw")
        for template, changed in ((N_("Accepted: {places}."), accepted), (N_("Withdrawn: {places}."), withdrawn)):
            if changed:
                click.echo(setup.translate(template, places=", ".join(problem.place for problem in changed)))
        return
    entries = problem_list.rank_problems(newest, problem_list.ProblemFilter(code, tab, severity))
    if as_json:
        _print_json([build_problem_json(entry, setup.translate) for entry in entries])
    elif not entries and (code or tab or severity):
        click.echo(setup.translate(N_("The sheet has no such problem.")))
    else:
        click.echo(list_problems(entries, newest.scope.ledger.currency, setup.translate, group=not code))


@cli.command("compare-sources")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@common
def compare_sources(setup: Setup, *, as_json: bool) -> None:
    """Print the accounts and figures that differ between the workbook and the warehouse; exit 0 if they are equal."""
    from bot.cli.warehouse import compare_with_sheet
    from bot.messages.warehouse.comparison import build_comparison_json, describe_comparison

    compared = compare_with_sheet(setup)
    if as_json:
        _print_json(build_comparison_json(compared))
    else:
        click.echo(describe_comparison(compared, setup.translate))
    sys.exit(0 if compared.are_equal else FAILED)


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with every figure.")
@common
def restatements(setup: Setup, *, as_json: bool) -> None:
    """Print the figures of closed periods that a later sync changed, and the accounts behind them, newest first."""
    from bot.messages.digests.restatements import build_restatement_json, list_restatements

    newest = setup.prepare_analyst().load_newest()
    restatements, scope = newest.restatements(), newest.scope
    if as_json:
        _print_json([build_restatement_json(restatement, scope.calendar) for restatement in reversed(restatements)])
    else:
        click.echo(list_restatements(restatements, scope.segments.headings, scope.calendar, setup.translate))


@cli.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--keep", type=click.IntRange(min=1), help="PATH is a folder; keep the newest of its copies.")
@common
def backup(setup: Setup, path: Path, keep: int | None) -> None:
    """Copy the store to PATH, a new file, or with --keep into the folder PATH. Safe while nrrbot runs."""
    store = setup.analyst.store
    if keep:
        path = store.backup_into(path, keep, setup.clock())
    else:
        store.backup(path)
    click.echo(setup.translate(N_("Wrote {path}."), path=path))


@cli.command()
@click.argument("path", type=click.Path(path_type=Path))
@common
def restore(setup: Setup, path: Path) -> None:
    """Put the backup PATH in the place of the store, after checking it. Stop nrrbot first."""
    replaced = setup.analyst.store.restore(path)
    setup.record("restore")
    click.echo(setup.translate(N_("Restored {path}."), path=path))
    if replaced:
        click.echo(setup.translate(N_("The replaced store is now {path}."), path=replaced))


@cli.command()
@common
def verify(setup: Setup) -> None:
    """Check the seals of all snapshots and every stored figure."""
    from bot.messages.upkeep.verification import describe_verified
    from bot.service.history import verify_store

    click.echo(describe_verified(verify_store(setup.analyst), setup.translate))


@cli.command()
@click.argument("account")
@common
def forget(setup: Setup, account: str) -> None:
    """Remove a customer's ID and name from the store for good; ACCOUNT is its ID. Stop nrrbot first."""
    from bot.messages.upkeep.forgetting import describe_forgetting
    from bot.service.history import forget_customer

    customer = forget_customer(setup.analyst, account, setup.clock())
    path = setup.analyst.store.path
    text = describe_forgetting(
        customer.forgetting, path, customer.copies, setup.translate, is_of_warehouse=customer.is_of_warehouse
    )
    click.echo(text)


@cli.command()
@click.option("--preview", is_flag=True, help="Print the digest with its thread, and post nothing.")
@click.option(
    "--again", is_flag=True, help="Post also a digest that was begun and not confirmed. Check the channel first."
)
@click.option("--json", "as_json", is_flag=True, help="Print the preview as JSON.")
@click.option("--markdown", is_flag=True, help="Print the preview as Markdown.")
@click.option("--owner", default="", help="Preview the list of accounts that this owner in the sheet is to call.")
@common
def digest(setup: Setup, *, preview: bool, again: bool, as_json: bool, markdown: bool, owner: str) -> None:
    """Post the digest of the week once; with --preview only print it. Exit 0 only where it is there."""
    from bot.cli.exit_codes import DELIVERY_CODES
    from bot.jobs.delivery.digests import post_digest
    from bot.slack.client import build_bot_client

    if (as_json or markdown or owner) and not preview:
        raise click.UsageError("--json, --markdown and --owner need --preview.")
    analyst = setup.prepare_analyst()
    if preview:
        _print_digest(setup, owner, as_json=as_json, markdown=markdown)
        return
    posted = post_digest(analyst, build_bot_client(setup.config), setup.now(), again=again)
    setup.record("digest")
    is_there = posted.outcome == "confirmed"
    click.echo(("" if is_there else "nrrbot: ") + setup.translate.format_sentence(posted.text), err=not is_there)
    sys.exit(DELIVERY_CODES[posted.outcome])


@cli.command()
@click.argument("path", type=click.Path(path_type=Path), default=Path("preview.html"))
@common
def preview(setup: Setup, path: Path) -> None:
    """Write every message as it looks in Slack, in both languages, to PATH (./preview.html), a local page."""
    from bot.cli.preview.page import write_preview

    analyst = setup.prepare_analyst()
    analyst.require_accounts("preview")
    count = write_preview(path, analyst, setup.now())
    click.echo(setup.translate(N_("Wrote {path}: {count} messages."), path=path, count=count))


@cli.command()
@click.option("--http", is_flag=True, help="Serve signed HTTP requests instead of Socket Mode.")
@click.option("--no-slack", is_flag=True, help="Sync, write back and look after the store only; needs no token.")
@common
def run(setup: Setup, *, http: bool, no_slack: bool) -> None:
    """Run the Slack app and the scheduled jobs until stopped."""
    if http and no_slack:
        raise click.UsageError("Give one of --http and --no-slack.")
    from bot.jobs.run import run as run_until_stopped
    from sheets.connect import open_output, open_source

    # Opened here, as its waits belong in the log, like all output of `run`.
    slack: Slack | None = None if no_slack else "http" if http else "socket"
    run_until_stopped(setup.analyst, open_source(setup.config), open_output(setup.config), slack=slack)


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@common
def jobs(setup: Setup, *, as_json: bool) -> None:
    """Print the scheduled jobs of `nrrbot run`: their next and last runs, results and durations."""
    from bot.jobs.table import plan_jobs
    from bot.messages.upkeep.jobs import build_jobs_json, list_jobs
    from core.store.state.job_runs import load_runs

    analyst, runs, now = setup.analyst, load_runs(setup.analyst.store.path), setup.clock()
    planned = {plan.job.name: plan.first for plan in plan_jobs(setup.config, analyst.zone, now, runs)}
    if as_json:
        _print_json(build_jobs_json(planned, runs, now))
    else:
        click.echo(list_jobs(planned, runs, now, analyst.zone, setup.translate))


@cli.command()
@click.option("--url", default="", help="The public address of the bot, for HTTP; without it, Socket Mode.")
@click.option("--link", is_flag=True, help="Print the address at which Slack creates the app from it.")
@click.option("--config", type=click.Path(path_type=Path), default=DEFAULT_CONFIG, hidden=True)
@accept_unused("--workbook", "--db", "--today", "--lang")
def manifest(url: str, config: Path, *, link: bool) -> None:
    """Print the Slack app manifest, ready to paste into Slack."""
    from bot.slack.manifest import build_manifest, build_setup_link, list_scopes

    with report_errors("en"):
        rules = load_config(config).access if config.exists() else Access()
    if link:
        click.echo(build_setup_link(url, list_scopes(rules)))
    else:
        _print_json(build_manifest(url, list_scopes(rules)))


@cli.command()
@click.option("--http", is_flag=True, help="Check the setup of `nrrbot run --http` instead of Socket Mode.")
@click.option("--messages", is_flag=True, help="Ask Slack whether it takes each message of nrrbot preview.")
@click.option(
    "--prove-warehouse",
    is_flag=True,
    help="Check nothing but whether the engine of [warehouse] computes the same figures; no table is read.",
)
@common
def doctor(setup: Setup, *, http: bool, messages: bool, prove_warehouse: bool) -> None:
    """Check config, tokens, scopes, sheet access, clock and store; print a line with the fix for each."""
    from bot.cli.doctor import run_checks

    if prove_warehouse:
        from bot.cli.warehouse import prove_warehouse as prove

        click.echo(redact(setup.translate.format_sentence(prove(setup.config))))
        return
    healthy = True
    for finding in run_checks(setup.analyst, lambda: setup.workbook, setup.now(), http=http, with_messages=messages):
        click.echo(redact(finding.line(setup.translate)))
        healthy = healthy and finding.good
    sys.exit(0 if healthy else FAILED)


@cli.command()
@click.argument("path", type=click.Path(path_type=Path), required=False)
@click.option("--google", is_flag=True, help="Write the tabs into the Google Sheet of the config instead of a file.")
@click.option(
    "--layout",
    type=click.Choice(get_args(RevenueLayout)),
    default="wide",
    help="The layout of the revenue tab.",
)
@click.option("--board", is_flag=True, help="Add the tab NRR Board, made of formulas, to the workbook.")
@click.option("--ask", is_flag=True, help="Add the tab NRR Ask, whose questions the bot answers, to the workbook.")
@click.option("--lang", type=click.Choice(["en", "fr"]), help="The language of the headings.")
@click.option("--config", type=click.Path(path_type=Path), default=DEFAULT_CONFIG, hidden=True)
@click.option("--workbook", hidden=True)
@click.option("--db", type=click.Path(path_type=Path), hidden=True)
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), hidden=True)
@click.pass_obj
def template(
    clock: Callable[[], dt.datetime],
    path: Path | None,
    layout: RevenueLayout,
    lang: Language | None,
    config: Path,
    workbook: str | None,
    db: Path | None,
    today: dt.datetime | None,
    *,
    google: bool,
    board: bool,
    ask: bool,
) -> None:
    """Write input tabs to PATH, a new .xlsx, or into the config's Google Sheet: headings, checks and an example row."""
    from bot.locale.translator import get_translator
    from bot.messages.status.writeback import describe_created_tabs
    from core.months import find_last_closed_month
    from sheets.templates.template import add_template_tabs, write_template

    if google + bool(path) + board + ask != 1:
        raise click.UsageError("Give one of PATH, --google, --board and --ask.")
    through, language = find_last_closed_month(clock().date()), lang or "en"
    with report_errors(language):
        if board or ask:
            (_add_board if board else _add_ask_tab)(
                Setup(config if config.exists() else None, workbook, db, today, lang, clock)
            )
        elif path:
            write_template(path, layout, language, through=through)
            click.echo(get_translator(language)(N_("Wrote {path}."), path=path))
        else:
            translate = get_translator(language)
            result = add_template_tabs(
                load_config(config),
                layout,
                language,
                through=through,
                report_wait=lambda reason: print_wait(reason, translate),
            )
            click.echo(describe_created_tabs(result, translate))


@cli.command()
@click.option("--pdf", type=click.Path(path_type=Path), help="Write the page to PDF, a new file, instead.")
@common
def board(setup: Setup, *, pdf: Path | None) -> None:
    """Add the tab NRR Board, a page made of formulas that you may change, or write the same page as a PDF."""
    if pdf is None:
        _add_board(setup)
        return
    from bot.cli.board_pdf import write_board_pdf
    from bot.service.refresh.board import build_board_page

    write_board_pdf(pdf, build_board_page(setup.prepare_analyst()), setup.translate)
    click.echo(setup.translate(N_("Wrote {path}."), path=pdf))


def _add_board(setup: Setup) -> None:
    from bot.cli.progress import show_progress
    from bot.messages.status.writeback import describe_created_tabs
    from bot.service.refresh.board import add_board

    analyst = setup.prepare_analyst()
    with setup.limit_reading(), show_progress(setup.translate) as report_step:
        result = add_board(analyst, setup.workbook, report_step)
    click.echo(describe_created_tabs(result, setup.translate))


def _add_ask_tab(setup: Setup) -> None:
    from bot.messages.status.writeback import describe_created_tabs
    from bot.service.refresh.ask.ask_tab import add_ask_tab

    click.echo(describe_created_tabs(add_ask_tab(setup.analyst, setup.workbook), setup.translate))


def _print_tables(setup: Setup, *, as_json: bool) -> None:
    from bot.cli.warehouse import look_at_tables
    from bot.messages.warehouse.look import build_warehouse_look_json, describe_warehouse_look

    look = look_at_tables(setup.analyst)
    if as_json:
        _print_json(build_warehouse_look_json(look, setup.translate))
    else:
        click.echo(describe_warehouse_look(look, setup.translate))


def _print_table_problems(setup: Setup, code: str, severity: Severity | None, *, as_json: bool) -> None:
    from bot.cli.warehouse import find_table_problems
    from bot.messages.warehouse.problems import build_warehouse_problem_json, list_warehouse_problems

    problems, currency = find_table_problems(setup.analyst)
    chosen = [problem for problem in problems if code in {"", problem.code} and severity in {None, problem.severity}]
    if as_json:
        _print_json([build_warehouse_problem_json(problem, setup.translate) for problem in chosen])
    else:
        click.echo(list_warehouse_problems(chosen, currency, setup.translate, with_names=True))


def _print_digest(setup: Setup, owner: str, *, as_json: bool, markdown: bool) -> None:
    from bot.service.digests.building import preview_digest
    from bot.service.digests.own_accounts import BuiltOwnAccounts, preview_own_accounts
    from core.digests.digest_json import build_digest_json
    from core.digests.own_accounts_json import build_own_accounts_json

    analyst, now = setup.analyst, setup.now()
    built = preview_own_accounts(analyst, owner, now) if owner else preview_digest(analyst, now)
    if not as_json:
        click.echo(built.markdown if markdown else built.text)
    elif isinstance(built, BuiltOwnAccounts):
        _print_json(build_own_accounts_json(built.own))
    else:
        _print_json(build_digest_json(built.digest))


def _print_json(value: object) -> None:
    click.echo(_format_json(value))


def _format_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def _print_export(setup: Setup, export: Export, *, as_json: bool) -> None:
    if as_json:
        _print_json(list(export.rows))
    else:
        _print_csv(setup, export)


def _print_csv(setup: Setup, export: Export) -> None:
    from bot.messages.status.csv_format import CsvFormat

    currency = setup.analyst.load_newest().scope.ledger.currency
    CsvFormat(currency, setup.translate).write(export.keys, export.rows, sys.stdout)
