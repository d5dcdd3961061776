"""Credentials, tokens and addresses of the HTTP client."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from core.config import Google
from core.errors import (
    ConfigError,
)
from sheets.google.address import parse_spreadsheet_id
from sheets.google.client import DRIVE_URL, SHEETS_URL
from sheets.google.wire import Spreadsheet
from sheets.google.workbook import GoogleWorkbook
from sheets.workbook.port import Tab
from tests.support.google.server import ROBOT, GoogleServer
from tests.support.google_tables import BATCH, GET, ID, MRR, Connect, make_table


def test_an_access_token_that_ended_early_is_renewed(server: GoogleServer, connect: Connect) -> None:
    sheet = server.add_spreadsheet("Retention", {"MRR": MRR})
    workbook = connect(sheet)
    workbook.tabs()
    server.expire_tokens()
    assert workbook.write([make_table()]).tabs
    assert server.counts() == {"token": 2, GET: 3, BATCH: 1}


def test_the_access_asked_for_is_the_least(server: GoogleServer, connect: Connect) -> None:
    connect(server.add_spreadsheet("Retention", {})).version()
    ((email, scopes, _),) = server._tokens.values()
    assert email == ROBOT
    assert {scope.rpartition("/")[2] for scope in scopes} == {"spreadsheets", "drive.metadata.readonly"}


def test_answers_are_compressed_on_the_wire(server: GoogleServer, connect: Connect) -> None:
    rows: list[list[str | int]] = [[f"A-{number:04}", *[number] * 24] for number in range(500)]
    workbook = connect(server.add_spreadsheet("Retention", {"MRR": rows}), timeout=20)
    (block,) = workbook.read(workbook.tabs())
    assert block.rows[-1][:2] == ["A-0499", 499]
    assert server.sent_bytes < server.answered_bytes / 3


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "No such file"),
        ("", "is not the key file"),
        ("{", "is not the key file"),
        ("[]", "is not the key file"),
        ('{"type": "authorized_user", "client_id": "x"}', "is not the key file"),
        ('{"client_email": "a@b", "token_uri": "x", "private_key": "none"}', "is not the key file"),
    ],
)
def test_a_key_file_that_is_none(tmp_path: Path, content: str | None, says: str) -> None:
    file = tmp_path / "key.json"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigError, match=says) as caught:
        GoogleWorkbook.open(ID, Google(credentials_file=str(file)))
    assert str(file) in str(caught.value)


def test_the_config_opens_the_workbook(server: GoogleServer, tmp_path: Path) -> None:
    sheet = server.add_spreadsheet("Retention", {})
    key_file = str(server.service_account_file(tmp_path))
    workbook = GoogleWorkbook.open(
        sheet, Google(credentials_file=key_file, sheets_url=server.url, token_url=f"{server.url}/token")
    )
    assert (workbook.name, workbook.account) == ("Retention", ROBOT)
    workbook.close()


def test_googles_own_addresses_are_the_default(server: GoogleServer, tmp_path: Path) -> None:
    key_file = str(server.service_account_file(tmp_path))
    workbook = GoogleWorkbook.open(ID, Google(credentials_file=key_file, token_url=f"{server.url}/token"))
    assert workbook._client._hosts == {host: host for host in (DRIVE_URL, SHEETS_URL)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (ID, ID),
        (f"  {ID}\n", ID),
        (f"https://docs.google.com/spreadsheets/d/{ID}/edit#gid=0", ID),
        (f"https://docs.google.com/spreadsheets/u/1/d/{ID}/edit?usp=sharing", ID),
        (f"https://docs.google.com/a/acme.com/spreadsheets/d/{ID}", ID),
        ("https://docs.google.com/spreadsheets/d/e/2PACX-1vSy/pubhtml", None),
        ("Retention.xlsx", None),
        ("", None),
    ],
)
def test_the_address_of_a_sheet(text: str, expected: str | None) -> None:
    if expected:
        assert parse_spreadsheet_id(text) == expected
    else:
        with pytest.raises(ConfigError, match="is not the address of a Google Sheet"):
            parse_spreadsheet_id(text)


def test_a_chart_in_a_tab_of_its_own_is_no_tab_for_us() -> None:
    body = b'{"properties":{"title":"R"},"sheets":[{"properties":{"sheetId":3,"title":"Chart1"}}]}'
    head = msgspec.json.decode(body, type=Spreadsheet)
    assert head.sheets[0].to_tab() == Tab(3, "Chart1", 0, 0)
