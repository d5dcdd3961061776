"""`nrrbot addin`: the keys of the add-in, and how to set it up."""

from __future__ import annotations

import json
from pathlib import Path

import click

from bot.cli.setup import Setup, common
from core.errors import N_
from core.store.state.reader_keys import KeyScope


@click.group()
def addin() -> None:
    """The add-in of Google Sheets: formulas and a sidebar with live figures. It needs an HTTPS address."""


@addin.group()
def key() -> None:
    """The keys by which a sheet, Excel or a BI tool may ask for figures."""


@key.command()
@click.argument("name")
@click.option("--scope", type=click.Choice(["read", "sync"]), default="read", help="sync: may also ask for a sync.")
@click.option("--days", type=click.IntRange(1, 3650), default=365, help="The days for which it is valid.")
@common
def add(setup: Setup, name: str, scope: KeyScope, days: int) -> None:
    """Make a key for NAME, a sheet and its reader, and print it once."""
    from bot.web.addin.keys import create_key

    analyst = setup.analyst
    secret = create_key(analyst.store, analyst.source or "", name, scope, days, setup.now())
    setup.record("key add")
    click.echo(secret)
    click.echo(setup.translate(N_("This key is shown once. It is for: {name}."), name=name), err=True)


@key.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@common
def list_keys(setup: Setup, *, as_json: bool) -> None:
    """Print the keys with their scope, last use and expiry; never the keys themselves."""
    now, keys, translate = setup.now(), setup.analyst.store.list_reader_keys(), setup.translate
    if as_json:
        rows = [
            {
                "id": entry.id,
                "name": entry.name,
                "scope": entry.scope,
                "state": entry.state(now),
                "workbook": entry.source,
                "created_at": entry.created_at.isoformat(),
                "expires_at": entry.expires_at.isoformat(),
                "last_used_at": entry.last_used_at.isoformat() if entry.last_used_at else None,
            }
            for entry in keys
        ]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    states = {"valid": translate(N_("valid")), "expired": translate(N_("expired")), "revoked": translate(N_("revoked"))}
    for entry in keys:
        used = translate.format_date(entry.last_used_at.date()) if entry.last_used_at else translate(N_("never"))
        line = translate(
            N_("{id}  {name}: {scope}, {state}, until {expiry}; last used: {used}"),
            id=entry.id,
            name=entry.name,
            scope=entry.scope,
            state=states[entry.state(now)],
            expiry=translate.format_date(entry.expires_at.date()),
            used=used,
        )
        click.echo(line)
    if not keys:
        click.echo(translate(N_("There are no keys. Make one: nrrbot addin key add NAME.")))


@key.command()
@click.argument("key_id", metavar="ID")
@common
def revoke(setup: Setup, key_id: str) -> None:
    """Revoke the key with this ID: it is refused from now on."""
    from bot.web.addin.keys import revoke_key

    revoke_key(setup.analyst.store, key_id, setup.now())
    setup.record("key revoke")
    click.echo(setup.translate(N_("Revoked: {id}."), id=key_id))


@addin.command()
@click.argument("folder", type=click.Path(path_type=Path), required=False)
@common
def setup(setup: Setup, folder: Path | None) -> None:
    """Print what to paste where; with FOLDER also copy the add-in's files there, for clasp."""
    from bot.web.addin.setup import FILES, copy_files, find_files

    if folder:
        copy_files(folder)
    translate, settings = setup.translate, setup.config.addin
    steps = (
        translate(
            N_(
                "The add-in needs an HTTPS address that Google can reach, with a proxy that passes /addin/ on to "
                "nrrbot run --http and sets X-Forwarded-Proto. Write it into the config as addin.url. Now: {url}."
            ),
            url=settings.url or "-",
        ),
        translate(N_("Make a key for the sheet: nrrbot addin key add NAME --scope sync. It is shown once.")),
        translate(
            N_(
                "In the sheet open Extensions, Apps Script. In Project Settings tick “Show appsscript.json”. Make a "
                "file for each of these and paste its content, or push the folder with clasp: {files}. Folder: {folder}"
            ),
            files=", ".join(FILES),
            folder=folder or find_files(),
        ),
        translate(
            N_(
                "Reload the sheet. In the menu NRR choose Connect, and paste the address and the key. Then choose "
                "“Report edits” once, so that an edit is read at once."
            )
        ),
        translate(
            N_(
                "For the sidebar write two keys into the config: addin.client_id, which the menu NRR shows under "
                "Connect, and access.people, with the e-mail addresses. Start nrrbot run --http again."
            )
        ),
        translate(N_('Check it: nrrbot doctor --http. Then type =NRR("") into a cell.')),
    )
    for number, step in enumerate(steps, 1):
        click.echo(f"{number}. {step}")
