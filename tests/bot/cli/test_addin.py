"""`nrrbot addin`: keys, setup, and what `doctor` says of them."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from bot.web.addin.setup import FILES, find_files
from tests.support.addin import serve_addin
from tests.support.command_line import nrrbot, sample_options
from tests.support.sample_company import SampleCompany


def test_a_key_is_made_listed_and_revoked(tmp_path: Path) -> None:
    options = sample_options(tmp_path)
    assert nrrbot("addin", "key", "list", *options).out == "There are no keys. Make one: nrrbot addin key add NAME.\n"
    made = nrrbot("addin", "key", "add", "Board, Inès", "--days", 30, *options)
    key = made.out.strip()
    assert len(key) == len("nrrbot-00000000-") + 43
    assert made.err == "This key is shown once. It is for: Board, Inès.\n"
    key_id = key.split("-")[1]
    listed = nrrbot("addin", "key", "list", *options).out
    assert listed == f"{key_id}  Board, Inès: read, valid, until 4 November 2026; last used: never\n"
    assert nrrbot("addin", "key", "revoke", key_id, *options).out == f"Revoked: {key_id}.\n"
    (row,) = json.loads(nrrbot("addin", "key", "list", "--json", *options).out)
    assert (row["id"], row["state"], row["scope"], row["last_used_at"]) == (key_id, "revoked", "read", None)
    again = nrrbot("addin", "key", "revoke", key_id, *options)
    assert (again.code, again.err) == (
        1,
        f"nrrbot: There is no key “{key_id}” that could be revoked. nrrbot addin key list has the ids.\n",
    )
    assert key not in nrrbot("addin", "key", "list", "--json", *options).out


@pytest.mark.parametrize("language", ["en", "fr"])
def test_setup_says_what_to_paste_where_and_copies_the_files(tmp_path: Path, language: str) -> None:
    folder = tmp_path / "script"
    ran = nrrbot("addin", "setup", folder, *sample_options(tmp_path), "--lang", language)
    assert ran.code == 0
    assert all(word in ran.out for word in ("HTTPS", "Apps Script", "addin.url", str(folder), *FILES))
    assert "HTTPS" in ran.out.splitlines()[0]
    assert {path.name for path in folder.iterdir()} == set(FILES) == {path.name for path in find_files().iterdir()}


def check_addin(config: Path) -> str:
    """Return the line of `doctor` on the add-in."""
    out = nrrbot("doctor", "--http", "--config", config, "--today", "2026-10-05").out
    return next(" ".join(line.split()) for line in out.splitlines() if "add-in" in line)


def test_doctor_checks_the_address_the_keys_and_that_it_answers(tmp_path: Path, sample_company: SampleCompany) -> None:
    config = tmp_path / "config.toml"
    head = f'[workbook]\npath = "{Path("sheets/templates/sample.xlsx").resolve()}"\n[store]\npath = "x.db"\n[addin]\n'

    def check(settings: str) -> str:
        config.write_text(head + settings, "utf-8")
        return check_addin(config)

    assert check("") == "good add-in: not configured, so formulas and the sidebar have no figures"
    assert "bad add-in: addin.url is no HTTPS address" in check('url = "http://nrr.example.com"')
    with serve_addin(sample_company.load_analyst()) as backend:
        url = f'url = "{backend.address}"\n'
        assert "No one may ask: there is no valid key." in check(url)
        assert "access.people has no e-mail address" in check(f'{url}client_id = "1"')
        key = nrrbot("addin", "key", "add", "Board", "--config", config, "--today", "2026-10-05")
        assert key.code == 0
        assert check(url) == f"good add-in: {backend.address} answers; valid keys: 1"
        assert "does not answer as the add-in's backend: HTTP 404" in check(f'url = "{backend.address}/other"')
    assert "ConnectionError" in check(url)


def test_a_key_expires_on_its_day(tmp_path: Path) -> None:
    options = sample_options(tmp_path)
    nrrbot("addin", "key", "add", "Board", "--days", 1, *options)
    later = [*options[:-1], dt.date(2026, 10, 7)]
    assert ", expired, " in nrrbot("addin", "key", "list", *later).out
