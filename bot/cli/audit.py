"""`nrrbot audit`: who asked, and who changed what."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from bot.cli.setup import Setup, common
from core.errors import N_

if TYPE_CHECKING:
    from bot.locale.translator import Translator
    from core.store.requests.audit import AuditEntry


@click.command()
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Only what was done from this day on, UTC.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@common
def audit(setup: Setup, *, since: dt.datetime | None, as_json: bool) -> None:
    """Print who asked and who changed what, the newest first; without amounts and names of accounts."""
    entries = setup.analyst.audit.file.read(since.replace(tzinfo=dt.UTC) if since else None)[::-1]
    if as_json:
        rows = [{**asdict(entry), "at": entry.at.isoformat(timespec="seconds")} for entry in entries]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for entry in entries:
        click.echo(_describe(entry, setup.translate))
    if not entries:
        click.echo(setup.translate(N_("Nothing has been recorded yet.")))


def _describe(entry: AuditEntry, translate: Translator) -> str:
    done = " ".join(filter(None, (entry.action, entry.command, entry.columns, entry.period)))
    place = " ".join(filter(None, (entry.door, entry.channel)))
    return translate(
        N_("{moment}  {person} ({place}): {done}, {outcome}"),
        moment=translate.format_moment(entry.at),
        person=entry.person or "nrrbot",
        place=place,
        done=done,
        outcome=entry.outcome,
    )
