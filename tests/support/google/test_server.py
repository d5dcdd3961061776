"""The loopback Google server refuses what Google refuses and answers as Google does."""

from __future__ import annotations

import datetime as dt
import functools
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
import requests
from google.auth import crypt, jwt

from tests.support.google.big_sheet import SPARE_ROWS, BigServer
from tests.support.google.schema import Json, SchemaError, api, masked, parse_mask
from tests.support.google.server import GRANT, ROBOT, TOKEN_AUDIENCE, Fault, GoogleServer
from tests.support.google.state import MAX_TEXT, Given, SheetError, quoted

SHEETS_SCOPE = "https://www.googleapis.com/auth/spreadsheets"
DRIVE_SCOPE = "https://www.googleapis.com/auth/drive.metadata.readonly"


@pytest.fixture
def google() -> Iterator[GoogleServer]:
    with GoogleServer() as server:
        yield server


@pytest.fixture
def wire(google: GoogleServer, tmp_path: Path) -> Iterator[Wire]:
    with requests.Session() as session:
        wire = Wire(google, session, google.service_account_file(tmp_path))
        wire.sign_in()
        yield wire


class Wire:
    """Plain HTTP, so that the server is not judged by the client that it is there to test."""

    def __init__(self, google: GoogleServer, session: requests.Session, key_file: Path) -> None:
        self.google, self.session, self.key_file = google, session, key_file

    def grant(self, *, key_file: Path | None = None, **changes: Any) -> requests.Response:
        """Ask for a token; `changes` are laid over the claims of a good assertion."""
        now = int(time.time())
        claims = {"iss": ROBOT, "aud": TOKEN_AUDIENCE, "iat": now, "exp": now + 3600}
        claims |= {"scope": f"{SHEETS_SCOPE} {DRIVE_SCOPE}"} | changes
        signer = crypt.RSASigner.from_service_account_file(str(key_file or self.key_file))  # type: ignore[no-untyped-call]  # untyped there
        assertion = jwt.encode(signer, claims)  # type: ignore[no-untyped-call]  # untyped there
        form = {"grant_type": GRANT, "assertion": assertion}
        return self.session.post(f"{self.google.url}/token", data=form, timeout=5)

    def sign_in(self, **changes: Any) -> None:
        token = self.grant(**changes).json()["access_token"]
        self.session.headers["Authorization"] = f"Bearer {token}"

    def get(self, path: str, **query: Any) -> requests.Response:
        return self.session.get(f"{self.google.url}{path}", params=query, timeout=5)

    def sheets(self, spreadsheet_id: str, **query: Any) -> Json:
        answer: Json = self.get(f"/v4/spreadsheets/{spreadsheet_id}", **query).json()
        return answer

    def batch(self, spreadsheet_id: str, *items: Json) -> requests.Response:
        address = f"{self.google.url}/v4/spreadsheets/{spreadsheet_id}:batchUpdate"
        return self.session.post(address, json={"requests": items}, timeout=5)


def error(response: requests.Response) -> tuple[int, str]:
    body = response.json()["error"]
    assert body["code"] == response.status_code
    return body["code"], body.get("status", "")


@pytest.mark.parametrize(
    ("changes", "times", "refusal"),
    [
        ({}, {}, ""),
        ({"aud": "http://127.0.0.1:1/token"}, {}, "Invalid JWT: Failed audience check."),
        ({"iss": "stranger@x.iam.gserviceaccount.com"}, {}, "Invalid grant: account not found"),
        ({}, {"exp": 90_000}, "Invalid JWT: Token must be a short-lived token"),
        ({}, {"iat": -9000, "exp": -5400}, "Invalid JWT: Token must be a short-lived token"),
        ({}, {"iat": 900, "exp": 4000}, "Invalid JWT: Token must be a short-lived token"),
    ],
)
def test_the_token_endpoint_judges_the_claims(
    wire: Wire, changes: Json, times: Mapping[str, int], refusal: str
) -> None:
    now = time.time()
    claims: Json = {**changes, **{claim: now + seconds for claim, seconds in times.items()}}
    answer = wire.grant(**claims)
    if refusal:
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
        assert answer.json()["error_description"].startswith(refusal)
    else:
        assert answer.json()["access_token"].startswith("ya29.")


def test_the_token_endpoint_judges_the_signature(wire: Wire, google: GoogleServer, tmp_path: Path) -> None:
    other = google.service_account_file(tmp_path, key=1, trusted=False)
    assert wire.grant(key_file=other).json() == {
        "error": "invalid_grant",
        "error_description": "Invalid JWT Signature.",
    }


def test_the_token_endpoint_knows_one_kind_of_grant(google: GoogleServer) -> None:
    form = {"grant_type": "password", "assertion": "x"}
    answer = requests.post(f"{google.url}/token", data=form, timeout=5)
    assert answer.json()["error"] == "unsupported_grant_type"


def test_a_revoked_key_gets_no_token_and_its_tokens_end(wire: Wire, google: GoogleServer) -> None:
    sheet = google.add_spreadsheet("Retention", {})
    google.revoke()
    assert error(wire.get(f"/v4/spreadsheets/{sheet}")) == (401, "UNAUTHENTICATED")
    assert wire.grant().json()["error_description"] == "Invalid grant: account not found"


def test_a_call_without_a_token_is_refused(google: GoogleServer) -> None:
    sheet = google.add_spreadsheet("Retention", {})
    answer = requests.get(f"{google.url}/v4/spreadsheets/{sheet}", timeout=5)
    assert error(answer) == (401, "UNAUTHENTICATED")


def test_a_scope_that_does_not_reach_is_refused(wire: Wire, google: GoogleServer) -> None:
    sheet = google.add_spreadsheet("Retention", {})
    wire.sign_in(scope=SHEETS_SCOPE)
    answer = wire.get(f"/drive/v3/files/{sheet}", fields="version")
    assert answer.json()["error"]["details"][0]["reason"] == "ACCESS_TOKEN_SCOPE_INSUFFICIENT"


def test_permissions(wire: Wire, google: GoogleServer) -> None:
    ours = google.add_spreadsheet("Ours", {})
    seen = google.add_spreadsheet("Seen", {}, editors=[], viewers=[ROBOT])
    hidden = google.add_spreadsheet("Hidden", {}, editors=[])
    note = {"addSheet": {"properties": {"title": "T"}}}
    assert wire.batch(ours, note).status_code == 200
    assert wire.get(f"/v4/spreadsheets/{seen}").status_code == 200
    assert error(wire.batch(seen, note)) == (403, "PERMISSION_DENIED")
    assert error(wire.get(f"/v4/spreadsheets/{hidden}")) == (403, "PERMISSION_DENIED")
    assert error(wire.get("/v4/spreadsheets/none")) == (404, "NOT_FOUND")
    assert error(wire.get(f"/drive/v3/files/{hidden}")) == (404, "")
    create = wire.session.post(f"{google.url}/v4/spreadsheets", json={}, timeout=5)
    assert error(create) == (403, "PERMISSION_DENIED")


def test_a_file_in_a_shared_drive_is_found_only_when_asked_for(wire: Wire, google: GoogleServer) -> None:
    sheet = google.add_spreadsheet("Retention", {}, shared_drive=True)
    assert wire.get(f"/drive/v3/files/{sheet}", fields="version").status_code == 404
    assert wire.get(f"/drive/v3/files/{sheet}", fields="version", supportsAllDrives="true").json() == {"version": "100"}


def test_the_drive_version_goes_up_with_every_change(wire: Wire, google: GoogleServer) -> None:
    sheet = google.add_spreadsheet("Retention", {"MRR": [["a"]]})

    def version() -> int:
        return int(wire.get(f"/drive/v3/files/{sheet}", fields="version").json()["version"])

    seen = [version()]
    google.edit(sheet, "MRR", "B2", 7)
    seen.append(version())
    wire.batch(sheet, {"addSheet": {}})
    seen.append(version())
    assert seen == sorted(set(seen))
    assert wire.get(f"/drive/v3/files/{sheet}").json().keys() == {"kind", "id", "name", "mimeType"}


@pytest.mark.parametrize(
    ("request_body", "message"),
    [
        ({"addSheet": {"colour": 1}}, "Unknown name \"colour\" at 'requests.0.addSheet': Cannot find field."),
        ({"addSheet": {"properties": {"title": 3}}}, "Invalid value at 'requests.0.addSheet.properties.title'"),
        ({"addSheet": {"properties": {"title": "mrr"}}}, 'A sheet with the name "mrr" already exists.'),
        ({"addSheet": {"properties": {"sheetId": 0}}}, "Sheet with id 0 already exists."),
        ({"addSheet": {"properties": {"gridProperties": {"rowCount": 9_999_999}}}}, "the limit of 10000000 cells"),
        ({"deleteSheet": {"sheetId": 77}}, "No grid with id: 77"),
        ({"deleteSheet": {"sheetId": 0}}, "You can't remove all the sheets"),
        ({"updateSheetProperties": {"properties": {"title": "x"}}}, "At least one field must be listed"),
        ({"updateSheetProperties": {"properties": {}, "fields": "titel"}}, "Invalid field selection titel"),
        (
            {
                "updateSheetProperties": {
                    "properties": {"gridProperties": {"rowCount": 2, "columnCount": 2, "frozenRowCount": 2}},
                    "fields": "gridProperties",
                }
            },
            "You can't freeze all visible rows",
        ),
        (
            {"repeatCell": {"range": {"startRowIndex": 1000}, "cell": {}, "fields": "userEnteredFormat"}},
            "Range (MRR!A1001) exceeds grid limits. Max rows: 1000, max columns: 26",
        ),
        (
            {"updateCells": {"range": {"endRowIndex": 1}, "rows": [{}, {}], "fields": "userEnteredValue"}},
            "Attempting to write row: 1, beyond the last requested row of: 0",
        ),
        (
            {
                "updateCells": {
                    "start": {},
                    "rows": [{"values": [{"userEnteredValue": {"stringValue": "x" * (MAX_TEXT + 1)}}]}],
                    "fields": "userEnteredValue",
                }
            },
            "more than the maximum of 50000 characters",
        ),
        (
            {
                "updateCells": {
                    "start": {},
                    "rows": [{"values": [{"userEnteredValue": {"numberValue": "1"}}]}],
                    "fields": "*",
                }
            },
            "'1' is not of type 'number'",
        ),
        (
            {"updateCells": {"start": {"rowIndex": 1000}, "rows": [{"values": [{"note": "x"}]}], "fields": "note"}},
            "Attempting to write beyond the grid: row 1001, column 1",
        ),
        (
            {"updateCells": {"start": {}, "rows": [{"values": [{"note": 1}]}], "fields": "note"}},
            "1 is not of type 'string'",
        ),
        (
            {"updateCells": {"start": {}, "rows": [{"values": [{"note": "x"}]}]}},
            "At least one field must be listed",
        ),
        (
            {"updateCells": {"start": {}, "rows": [{"values": [{"note": "x" * (MAX_TEXT + 1)}]}], "fields": "note"}},
            "Your note contains more than the maximum of 50000 characters",
        ),
        (
            {"setDataValidation": {"range": {"startRowIndex": 1000}, "rule": {"condition": {"type": "BOOLEAN"}}}},
            "exceeds grid limits",
        ),
        (
            {"setDataValidation": {"range": {}, "rule": {"condition": {"type": "ONE_OF_LIST"}}}},
            "ONE_OF_LIST takes 1 to 500 ConditionValues, got 0",
        ),
        (
            {"updateDeveloperMetadata": {"dataFilters": [], "developerMetadata": {}, "fields": "metadataValue"}},
            "No DataFilters specified",
        ),
        ({"insertDimension": {"range": {"dimension": "ROWS"}}}, "must have a start and an end within the grid"),
        ({"deleteConditionalFormatRule": {"index": 0}}, "No conditional format on sheet: 0 at index: 0"),
        ({}, "one kind must be set"),
    ],
)
def test_what_a_batch_is_refused_for(wire: Wire, google: GoogleServer, request_body: Json, message: str) -> None:
    sheet = google.add_spreadsheet("Retention", {"MRR": [["a"]]})
    answer = wire.batch(sheet, request_body)
    assert error(answer) == (400, "INVALID_ARGUMENT")
    assert message in answer.json()["error"]["message"]


def _cells(top: int, bottom: int, left: int, right: int) -> Json:
    rows = {"startRowIndex": top, "endRowIndex": bottom}
    return {"sheetId": 0, **rows, "startColumnIndex": left, "endColumnIndex": right}


def _rule(
    *,
    areas: Sequence[Json] = (_cells(0, 2, 0, 1),),
    kind: str = "NUMBER_LESS",
    values: Sequence[str] = ("=95/100",),
    style: Json | None = None,
    index: int = 0,
) -> Json:
    condition = {"type": kind, "values": [{"userEnteredValue": value} for value in values]}
    rule = {"condition": condition, "format": style or {"textFormat": {"bold": True}}}
    return {"addConditionalFormatRule": {"rule": {"ranges": list(areas), "booleanRule": rule}, "index": index}}


def _spec(series: Sequence[Json] = (_cells(0, 2, 1, 2),), low: float = 0.8) -> Json:
    def column(*sources: Json) -> Json:
        return {"sourceRange": {"sources": list(sources)}}

    window = {"viewWindowMode": "EXPLICIT", "viewWindowMin": low, "viewWindowMax": 1.2}
    return {
        "title": "NRR",
        "basicChart": {
            "chartType": "LINE",
            "axis": [{"position": "LEFT_AXIS", "viewWindowOptions": window}],
            "domains": [{"domain": column(_cells(0, 2, 0, 1))}],
            "series": [{"series": column(*series)}],
        },
    }


def _draw(spec: Json | None = None, anchor: Json | None = None) -> Json:
    position = {"overlayPosition": {"anchorCell": anchor or {"sheetId": 0}}}
    return {"addChart": {"chart": {"spec": spec or _spec(), "position": position}}}


def _widths(start: int, end: int, *, pixels: int = 90, dimension: str = "COLUMNS") -> Json:
    span = {"sheetId": 0, "dimension": dimension, "startIndex": start, "endIndex": end}
    return {"updateDimensionProperties": {"range": span, "properties": {"pixelSize": pixels}, "fields": "pixelSize"}}


@pytest.mark.parametrize(
    ("request_body", "message"),
    [
        ({"deleteConditionalFormatRule": {"index": -1}}, "No conditional format on sheet: 0 at index: -1"),
        ({"deleteConditionalFormatRule": {"sheetId": 9}}, "No grid with id: 9"),
        (_rule(areas=[]), "ranges must be set"),
        (_rule(areas=[{"sheetId": 9}]), "No grid with id: 9"),
        (_rule(areas=[_cells(0, 3, 0, 1)]), "exceeds grid limits"),
        (_rule(areas=[_cells(0, 1, 0, 4)]), "exceeds grid limits"),
        (_rule(areas=[_cells(2, 3, 0, 1)]), "exceeds grid limits"),
        (_rule(areas=[_cells(1, 1, 0, 1)]), "must be greater than their starts"),
        (_rule(areas=[_cells(0, 1, 0, 1), {**_cells(0, 1, 0, 1), "sheetId": 7}]), "must be on the same sheet"),
        (_rule(index=1), "index 1 is out of bounds"),
        (_rule(index=-1), "index -1 is out of bounds"),
        (_rule(kind="NUMBER_BETWEEN"), "NUMBER_BETWEEN takes 2 values, not 1"),
        (_rule(values=["1", "2"]), "NUMBER_LESS takes 1 values, not 2"),
        (_rule(values=["0,95"]), "Invalid ConditionValue.userEnteredValue: 0,95"),
        (_rule(values=["high"]), "Invalid ConditionValue.userEnteredValue: high"),
        (_rule(kind="SMALL"), "'SMALL' is not one of"),
        (_rule(style={"numberFormat": {"type": "TEXT"}}), "the format of a rule can be"),
        (_rule(style={"textFormat": {"fontSize": 9}}), "the format of a rule can be"),
        (_draw(_spec([{"sheetId": 9}])), "No grid with id: 9"),
        (_draw(_spec([_cells(0, 3, 0, 1)])), "exceeds grid limits"),
        (_draw(_spec([_cells(0, 2, 0, 2)])), "one row or one column"),
        (_draw(_spec([_cells(0, 1, 0, 1)])), "of the same length"),
        (_draw(_spec([])), "sourceRange must be set"),
        (_draw(anchor={"sheetId": 9}), "No grid with id: 9"),
        (_draw(anchor={"rowIndex": 2}), "the anchor (2, 0) exceeds grid limits"),
        (_draw(anchor={"columnIndex": 3}), "the anchor (0, 3) exceeds grid limits"),
        (_draw(_spec(low=1.2)), "viewWindowMin must be less than viewWindowMax"),
        ({"updateChartSpec": {"chartId": 5, "spec": _spec()}}, "No chart with id: 5"),
        ({"deleteEmbeddedObject": {"objectId": 5}}, "No embedded object with id: 5"),
        (_widths(0, 4), "are not in the grid, which has 3"),
        (_widths(1, 1), "are not in the grid, which has 3"),
        (_widths(0, 1, pixels=0), "pixelSize must be greater than 0"),
        (_widths(0, 1, dimension=""), "'' is not one of"),
    ],
)
def test_what_is_laid_over_cells_is_refused_for(
    wire: Wire, google: GoogleServer, request_body: Json, message: str
) -> None:
    sheet = google.add_spreadsheet("Retention", {"MRR": [["a"]]}, sizes={"MRR": (2, 3)})
    answer = wire.batch(sheet, request_body)
    assert error(answer) == (400, "INVALID_ARGUMENT")
    assert message in answer.json()["error"]["message"]
    assert wire.batch(sheet, _rule(), _rule(index=1), _draw(), _widths(0, 3)).status_code == 200


def test_a_number_in_a_rule_is_read_in_the_locale_of_the_sheet(wire: Wire, google: GoogleServer) -> None:
    for locale, good, bad in [("en_US", "0.95", "0,95"), ("fr_FR", "0,95", "0.95")]:
        sheet = google.add_spreadsheet("Retention", {"MRR": [["a"]]}, locale=locale, sizes={"MRR": (2, 3)})
        assert wire.batch(sheet, _rule(values=[good]), _rule(values=["=19/20"])).status_code == 200
        assert error(wire.batch(sheet, _rule(values=[bad]))) == (400, "INVALID_ARGUMENT")


def test_rules_go_with_the_cells_that_they_colour_and_a_copied_tab_has_its_own(
    wire: Wire, google: GoogleServer
) -> None:
    sheet = google.add_spreadsheet("Retention", {"MRR": [["a"]]}, sizes={"MRR": (2, 3)})
    wire.batch(sheet, _rule(), _rule(areas=[_cells(0, 2, 1, 3)]), _rule(areas=[_cells(1, 2, 2, 3)]), _draw())
    wire.batch(sheet, {"duplicateSheet": {"sourceSheetId": 0, "newSheetName": "Copy"}})
    properties = {"gridProperties": {"rowCount": 2, "columnCount": 2}}
    wire.batch(sheet, {"updateSheetProperties": {"properties": properties, "fields": "gridProperties"}})
    first, twin = wire.sheets(sheet)["sheets"]
    assert [rule["ranges"] for rule in first["conditionalFormats"]] == [[_cells(0, 2, 1, 2)], [_cells(0, 2, 0, 1)]]
    assert len(twin["conditionalFormats"]) == 3
    assert {area["sheetId"] for rule in twin["conditionalFormats"] for area in rule["ranges"]} == {
        twin["properties"]["sheetId"]
    }
    assert first["charts"][0]["chartId"] != twin["charts"][0]["chartId"]


def test_a_batch_is_applied_wholly_or_not_at_all(wire: Wire, google: GoogleServer) -> None:
    sheet = google.add_spreadsheet("Retention", {"MRR": [["a"]]})
    clear = {"updateCells": {"range": {}, "fields": "userEnteredValue"}}
    before = google.spreadsheets[sheet].version
    assert (
        wire.batch(
            sheet, {"addSheet": {"properties": {"title": "New"}}}, clear, {"deleteSheet": {"sheetId": 9}}
        ).status_code
        == 400
    )
    assert (google.titles(sheet), google.rows(sheet, "MRR")) == (["MRR"], [["a"]])
    assert google.spreadsheets[sheet].version == before
    assert wire.batch(sheet, clear).json() == {"spreadsheetId": sheet, "replies": [{}]}
    assert google.rows(sheet, "MRR") == []


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        ("", {"ranges": ["MRR!A1", "MRR!B1"]}, 200),
        ("", {"colour": "red"}, 400),
        ("", {"includeGridData": "True"}, 400),
        ("", {"fields": "sheets(properties.title"}, 400),
        ("", {"fields": "sheets.properties.name"}, 400),
        ("", {"fields": ["a", "b"]}, 400),
        ("", {"ranges": "Nowhere!A1"}, 400),
        ("/values/MRR!A1:B2", {"valueRenderOption": "PLAIN"}, 400),
        ("/values/MRR!A1001:B1002", {}, 400),
        ("/values/MRR!A1000:B1002", {}, 200),
        ("/values/MRR!1A", {}, 400),
        ("/colours", {}, 404),
    ],
)
def test_paths_and_queries_are_held_to_the_discovery_document(
    wire: Wire, google: GoogleServer, path: str, query: Json, status: int
) -> None:
    sheet = google.add_spreadsheet("Retention", {"MRR": [["a"]]})
    assert wire.get(f"/v4/spreadsheets/{sheet}{path}", **query).status_code == status


@pytest.mark.parametrize(
    ("asked", "echo", "values"),
    [
        ("MRR!A1:C2", "MRR!A1:C2", [["Account ID", 45658], ["A-1", 1200.5]]),
        ("MRR!C1:D9", "MRR!C1:D9", [[], [], [], ["", True]]),
        ("MRR!B2", "MRR!B2", [[1200.5]]),
        ("mrr!C9", "MRR!C9", None),
        ("MRR!A:A", "MRR!A1:A1000", [["Account ID"], ["A-1"], [], ["=x"]]),
        ("A1:B999999", "MRR!A1:B1000", [["Account ID", 45658], ["A-1", 1200.5], [], ["=x", "#REF!"]]),
        ("'O''Brien & Co'!A1:B2", "'O''Brien & Co'!A1:B2", [[1]]),
    ],
)
def test_ranges_as_google_echoes_them(
    wire: Wire, google: GoogleServer, asked: str, echo: str, values: list[Any] | None
) -> None:
    rows: list[list[Given]] = [
        ["Account ID", dt.date(2025, 1, 1)],
        ["A-1", 1200.5],
        [],
        ["=x", SheetError(), "", True],
    ]
    sheet = google.add_spreadsheet("Retention", {"MRR": rows, "O'Brien & Co": [[1.0]]})
    query = {"ranges": asked, "valueRenderOption": "UNFORMATTED_VALUE"}
    answer = wire.get(f"/v4/spreadsheets/{sheet}/values:batchGet", **query).json()
    wanted = {"range": echo, "majorDimension": "ROWS"} | ({"values": values} if values is not None else {})
    assert answer == {"spreadsheetId": sheet, "valueRanges": [wanted]}


def test_the_other_ways_to_ask_for_values(wire: Wire, google: GoogleServer) -> None:
    sheet = google.add_spreadsheet("Retention", {"MRR": [[dt.date(2025, 1, 1), 0.5], [True, None], [None, 3]]})
    path = f"/v4/spreadsheets/{sheet}/values/MRR!A1:B3"
    assert wire.get(path).json()["values"] == [["2025-01-01", "0.5"], ["TRUE"], ["", "3"]]
    columns = wire.get(path, majorDimension="COLUMNS", valueRenderOption="UNFORMATTED_VALUE").json()
    assert columns["values"] == [[45658, True], [0.5, "", 3]]


@pytest.mark.parametrize(
    ("title", "shown"),
    [("MRR", "MRR"), ("NRR Metrics", "'NRR Metrics'"), ("A1", "'A1'"), ("2025", "'2025'"), ("d'or", "'d''or'")],
)
def test_titles_are_quoted_only_when_needed(title: str, shown: str) -> None:
    assert quoted(title) == shown


def test_spreadsheets_get_gives_what_the_mask_asks_for(wire: Wire, google: GoogleServer) -> None:
    sheet = google.add_spreadsheet("Retention", {"MRR": [["a"]]}, locale="fr_FR", time_zone="Europe/Paris")
    made = {"sheetId": 5, "title": "Mine", "gridProperties": {"rowCount": 3, "columnCount": 2, "frozenRowCount": 0}}
    mark = {"metadataKey": "k", "metadataValue": "v", "location": {"sheetId": 5}, "visibility": "DOCUMENT"}
    wire.batch(sheet, {"addSheet": {"properties": made}}, {"createDeveloperMetadata": {"developerMetadata": mark}})
    fields = "properties(locale,timeZone),sheets(properties,developerMetadata.metadataValue)"
    assert wire.sheets(sheet, fields=fields) == {
        "properties": {"locale": "fr_FR", "timeZone": "Europe/Paris"},
        "sheets": [
            {
                "properties": {
                    "sheetId": 0,
                    "title": "MRR",
                    "index": 0,
                    "sheetType": "GRID",
                    "gridProperties": {"rowCount": 1000, "columnCount": 26},
                }
            },
            {
                "properties": {
                    "sheetId": 5,
                    "title": "Mine",
                    "index": 1,
                    "sheetType": "GRID",
                    "gridProperties": {"rowCount": 3, "columnCount": 2},
                },
                "developerMetadata": [{"metadataValue": "v"}],
            },
        ],
    }


def test_cells_with_their_formats_and_notes(wire: Wire, google: GoogleServer) -> None:
    sheet = google.add_spreadsheet("Retention", {"MRR": [["a", 0.1234]]})
    percent = {"userEnteredFormat": {"numberFormat": {"type": "PERCENT", "pattern": "0.0%"}}}
    area = {"startColumnIndex": 1}
    note = {"values": [{"note": "see below"}]}
    wire.batch(
        sheet,
        {"repeatCell": {"range": area, "cell": percent, "fields": "userEnteredFormat.numberFormat"}},
        {"updateCells": {"start": {}, "rows": [note], "fields": "note"}},
    )
    data = wire.sheets(sheet, includeGridData="true", ranges="MRR!A1:B1")["sheets"][0]["data"]
    text, number = data[0]["rowData"][0]["values"]
    assert (text["note"], text["userEnteredValue"]) == ("see below", {"stringValue": "a"})
    assert (number["formattedValue"], number["effectiveValue"]) == ("12.3%", {"numberValue": 0.1234})
    assert number["userEnteredFormat"] == percent["userEnteredFormat"]


def test_a_note_is_found_on_a_blank_cell_and_moves_with_its_row(wire: Wire, google: GoogleServer) -> None:
    sheet = google.add_spreadsheet("Retention", {"MRR": [["a"], ["b"]]})
    note = {"values": [{"note": "see below"}]}
    wire.batch(
        sheet,
        {"updateCells": {"start": {"rowIndex": 1, "columnIndex": 3}, "rows": [note], "fields": "note"}},
        {"insertDimension": {"range": {"dimension": "ROWS", "startIndex": 1, "endIndex": 3}}},
    )
    mask = "sheets(data(startRow,startColumn,rowData(values(note))))"
    [tab] = wire.sheets(sheet, ranges="MRR!B2:Z9", fields=mask)["sheets"]
    assert tab["data"] == [
        {"startRow": 1, "startColumn": 1, "rowData": [{}, {}, {"values": [{}, {}, {"note": "see below"}]}]}
    ]
    assert google.rows(sheet, "MRR") == [["a"], [], [], ["b"]]
    blank = {"start": {"rowIndex": 3, "columnIndex": 3}, "rows": [{"values": [{}]}], "fields": "note"}
    wire.batch(sheet, {"updateCells": blank})
    assert google.sheet(sheet, "MRR").notes() == {}


def test_what_is_protected_is_refused_to_all_but_its_editors(wire: Wire, google: GoogleServer) -> None:
    sheet = google.add_spreadsheet("Retention", {"MRR": [["a"]]})
    area = {"range": {"sheetId": 0, "startRowIndex": 2}}
    google.batch(sheet, {"addProtectedRange": {"protectedRange": area}})

    def note(row: int) -> requests.Response:
        cell = {"start": {"rowIndex": row}, "rows": [{"values": [{"note": "x"}]}], "fields": "note"}
        return wire.batch(sheet, {"updateCells": cell})

    assert note(1).status_code == 200
    assert "protected cell" in note(2).json()["error"]["message"]
    [shown] = wire.sheets(sheet)["sheets"][0]["protectedRanges"]
    assert not shown["requestingUserCanEdit"]
    assert google.sheet(sheet, "MRR").notes() == {(1, 0): "x"}


def test_metadata_of_the_spreadsheet_itself(wire: Wire, google: GoogleServer) -> None:
    sheet = google.add_spreadsheet("Retention", {"MRR": [["a"]]})
    entry = {"metadataKey": "k", "metadataValue": "1", "location": {"spreadsheet": True}, "visibility": "DOCUMENT"}
    lookup = {"developerMetadataLookup": {"metadataKey": "k", "locationType": "SPREADSHEET"}}
    change = {"dataFilters": [lookup], "developerMetadata": {"metadataValue": "2"}, "fields": "metadataValue"}
    refused = wire.batch(sheet, {"updateDeveloperMetadata": change})
    assert "No matching developer metadata" in refused.json()["error"]["message"]
    wire.batch(sheet, {"createDeveloperMetadata": {"developerMetadata": entry}}, {"updateDeveloperMetadata": change})
    [kept] = wire.sheets(sheet, fields="developerMetadata")["developerMetadata"]
    assert (kept["metadataValue"], kept["location"]["locationType"]) == ("2", "SPREADSHEET")
    wire.batch(sheet, {"deleteDeveloperMetadata": {"dataFilter": lookup}})
    assert wire.sheets(sheet, fields="developerMetadata") == {}


def test_a_formula_becomes_an_error_as_nothing_here_calculates(wire: Wire, google: GoogleServer) -> None:
    sheet = google.add_spreadsheet("Retention", {"MRR": []})
    row = {"values": [{"userEnteredValue": {"formulaValue": "=1+1"}}, {"userEnteredValue": {"stringValue": "=1+1"}}]}
    wire.batch(sheet, {"updateCells": {"start": {}, "rows": [row], "fields": "userEnteredValue"}})
    assert google.rows(sheet, "MRR") == [["#NAME?", "=1+1"]]


def test_what_is_added_to_a_tab_is_kept(wire: Wire, google: GoogleServer) -> None:
    sheet = google.add_spreadsheet("Retention", {"MRR": [["a"], [1]]})
    area = {"sheetId": 0, "startRowIndex": 0, "endRowIndex": 2, "startColumnIndex": 0, "endColumnIndex": 1}
    condition = {"condition": {"type": "NUMBER_GREATER", "values": [{"userEnteredValue": "1"}]}, "format": {}}
    place = {"overlayPosition": {"anchorCell": {"sheetId": 0}}}
    domain = {"domain": {"sourceRange": {"sources": [area]}}}
    spec = {
        "title": "NRR",
        "basicChart": {"chartType": "LINE", "domains": [domain], "series": [{"series": domain["domain"]}]},
    }
    validation = {"condition": {"type": "BOOLEAN"}}
    answer = wire.batch(
        sheet,
        {"addConditionalFormatRule": {"rule": {"ranges": [area], "booleanRule": condition}}},
        {"addChart": {"chart": {"spec": spec, "position": place}}},
        {"addTable": {"table": {"name": "MRR", "range": area}}},
        {"setDataValidation": {"range": area, "rule": validation}},
        {"autoResizeDimensions": {"dimensions": {"sheetId": 0, "dimension": "COLUMNS"}}},
    )
    assert answer.status_code == 200, answer.text
    tab = wire.sheets(sheet)["sheets"][0]
    assert tab["conditionalFormats"][0]["booleanRule"] == condition
    assert (tab["charts"][0]["spec"], tab["tables"][0]["name"]) == (spec, "MRR")
    assert google.sheet(sheet, "MRR").facets(1, 0) == {"dataValidation": validation}
    chart = answer.json()["replies"][1]["addChart"]["chart"]["chartId"]
    wire.batch(sheet, {"deleteEmbeddedObject": {"objectId": chart}}, {"deleteConditionalFormatRule": {}})
    assert not {"charts", "conditionalFormats"} & wire.sheets(sheet)["sheets"][0].keys()


def test_values_are_written_raw(wire: Wire, google: GoogleServer) -> None:
    sheet = google.add_spreadsheet("Retention", {"MRR": [["a", "b"]]}, sizes={"MRR": (2, 2)})
    address = f"{google.url}/v4/spreadsheets/{sheet}/values/MRR!A1"
    raw = {"valueInputOption": "RAW"}
    put = wire.session.put(address, params=raw, json={"values": [[None, "=1"], [2.5, ""]]}, timeout=5).json()
    assert (put["updatedRange"], put["updatedCells"]) == ("MRR!A1:B2", 4)
    assert google.rows(sheet, "MRR") == [["a", "=1"], [2.5]]
    too_wide = wire.session.put(address, params=raw, json={"values": [[1, 2, 3]]}, timeout=5)
    assert "exceeds grid limits" in too_wide.json()["error"]["message"]
    wire.session.post(f"{address}:append", params=raw, json={"values": [["last"]]}, timeout=5)
    assert google.rows(sheet, "MRR") == [["a", "=1"], [2.5], ["last"]]


def test_a_copied_tab_takes_its_metadata_along(google: GoogleServer) -> None:
    sheet = google.add_spreadsheet("Retention", {"MRR": [["a"]]})
    mark = {"metadataKey": "k", "location": {"sheetId": 0}, "visibility": "DOCUMENT"}
    google.batch(sheet, {"createDeveloperMetadata": {"developerMetadata": mark}}, {"duplicateSheet": {}})
    twin = google.sheet(sheet, "Copy of MRR")
    assert (twin.rows, twin.metadata[0]["location"]["sheetId"]) == ([["a"]], twin.id)


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (Fault(status=429, headers={"Retry-After": "7"}, body=b"{}"), 429),
        (Fault(status=503, body=b"<html>down</html>"), 503),
        (Fault(service="drive", status=500), 200),
        (Fault(method="sheets.spreadsheets.values.get", status=500), 200),
        (Fault(drop=True), None),
        (Fault(hang=0.05), None),
    ],
)
def test_faults_meet_the_call_that_they_wait_for(
    wire: Wire, google: GoogleServer, fault: Fault, status: int | None
) -> None:
    sheet = google.add_spreadsheet("Retention", {})
    google.fail(fault)
    if status is None:
        with pytest.raises(requests.ConnectionError, match="closed connection"):
            wire.get(f"/v4/spreadsheets/{sheet}")
    else:
        answer = wire.get(f"/v4/spreadsheets/{sheet}")
        assert (answer.status_code, answer.headers.get("Retry-After")) == (status, fault.headers.get("Retry-After"))
    google.faults.clear()
    assert wire.get(f"/v4/spreadsheets/{sheet}").status_code == 200


def test_an_answer_can_be_lost_after_the_work_was_done(wire: Wire, google: GoogleServer) -> None:
    sheet = google.add_spreadsheet("Retention", {})
    google.fail(Fault(drop=True, served=True))
    with pytest.raises(requests.ConnectionError, match="closed connection"):
        wire.batch(sheet, {"addSheet": {"properties": {"title": "New"}}})
    assert google.titles(sheet) == ["Sheet1", "New"]


def test_someone_edits_between_two_reads(wire: Wire, google: GoogleServer) -> None:
    sheet = google.add_spreadsheet("Retention", {"MRR": [["a"]]})
    google.before_read(2, lambda: google.edit(sheet, "MRR", "A1", "changed"))
    path = f"/v4/spreadsheets/{sheet}/values/MRR!A1"
    assert [wire.get(path).json()["values"] for _ in range(2)] == [[["a"]], [["changed"]]]
    assert google.counts() == {"token": 1, "sheets.spreadsheets.values.get": 2}
    assert google.calls[-1].path == path


@pytest.mark.parametrize(
    ("locale", "request_body"),
    [(5, {"addSheet": {}}), ("en_US", {"sortRange": {}})],
    ids=["an answer that does not fit", "a request that it does not know yet"],
)
def test_what_the_server_does_wrong_fails_the_test(tmp_path: Path, locale: Any, request_body: Json) -> None:
    google = GoogleServer()
    with requests.Session() as session:
        google.__enter__()
        wire = Wire(google, session, google.service_account_file(tmp_path))
        wire.sign_in()
        sheet = google.add_spreadsheet("Retention", {}, locale=locale)
        wire.batch(sheet, request_body)
        wire.sheets(sheet)
        with pytest.raises(ExceptionGroup, match="the loopback Google server failed"):
            google.__exit__(None, None, None)


@pytest.mark.parametrize(
    ("mask", "left"),
    [
        ("a", {"a": 1}),
        ("*", {"a": 1, "b": {"c": 2, "d": [{"e": 3, "f": 4}]}}),
        ("b.c", {"b": {"c": 2}}),
        ("b/d/e", {"b": {"d": [{"e": 3}]}}),
        ("a,b(c,d(f))", {"a": 1, "b": {"c": 2, "d": [{"f": 4}]}}),
        ("b(c),b.d.e", {"b": {"c": 2, "d": [{"e": 3}]}}),
        ("x", {}),
    ],
)
def test_field_masks(mask: str, left: Json) -> None:
    assert masked({"a": 1, "b": {"c": 2, "d": [{"e": 3, "f": 4}]}}, parse_mask(mask)) == left


@pytest.mark.parametrize("mask", ["", "a,", "a(b", "a)b", "a..b", "a b"])
def test_field_masks_that_do_not_parse(mask: str) -> None:
    with pytest.raises(SchemaError, match="Invalid field mask"):
        parse_mask(mask)


@pytest.mark.parametrize(
    ("body", "fits"),
    [
        ({"range": "A1", "values": [[1, "x", None, True, 2.5]]}, True),
        ({"range": "A1", "values": [1]}, False),
        ({"range": 1}, False),
        ({"majorDimension": "DIAGONAL"}, False),
        ({"rows": []}, False),
    ],
)
def test_bodies_are_held_to_the_schema(body: Json, fits: bool) -> None:
    if fits:
        api("sheets.v4").check("ValueRange", body)
    else:
        with pytest.raises(SchemaError, match=r"Invalid (value|JSON payload)"):
            api("sheets.v4").check("ValueRange", body)


def test_a_million_cells_are_served_quickly(wire: Wire, google: GoogleServer) -> None:
    """Not a benchmark: a server that validated cell by cell would need a minute, and the test's time-out would tell."""
    sheet = google.add_spreadsheet("Retention", {"MRR": [[f"A-{row}", *([1.25] * 36)] for row in range(27_100)]})
    path = f"/v4/spreadsheets/{sheet}/values/MRR!A1:AK27100"
    answer = wire.session.get(google.url + path, params={"valueRenderOption": "UNFORMATTED_VALUE"}, timeout=20)
    assert sum(map(len, json.loads(answer.content)["values"])) == 27_100 * 37


@pytest.mark.parametrize(
    ("asked", "compact"), [({}, False), ({"prettyPrint": "true"}, False), ({"prettyPrint": "false"}, True)]
)
def test_answers_are_indented_unless_the_caller_does_not_want_it(
    wire: Wire, google: GoogleServer, asked: dict[str, str], compact: bool
) -> None:
    sheet = google.add_spreadsheet("Retention", {"MRR": [["A-1", 1.25]]})
    answer = wire.session.get(f"{google.url}/v4/spreadsheets/{sheet}/values/MRR!A1:B2", params=asked, timeout=5)
    assert answer.json()["values"] == [["A-1", "1.25"]]
    assert (b"\n" not in answer.content) == compact


def test_the_server_of_the_benchmark_answers_as_this_one(tmp_path: Path) -> None:
    """Rows that are JSON already, in grids with blank rows between and below, and the same rows as values."""
    tabs: dict[str, list[list[Given]]] = {"It's": [["id", "é"], [], ["A-1", 1.25, "", 7], [], []], "Empty": [[], []]}
    encoded = {name: (list(map(msgspec.json.encode, rows)), 4) for name, rows in tabs.items()}
    given = ["'It''s'!A1:D5", "'It''s'!A2:D3", "'It''s'!A4:D99", "Empty!A1:D2", "Gone!A1:D2", "Empty!A99:D99"]
    answers = []
    for server in (GoogleServer(), BigServer()):
        with server as google, requests.Session() as session:
            sizes = {name: (len(rows) + SPARE_ROWS, 4) for name, rows in tabs.items()}
            if isinstance(google, BigServer):
                sheet = google.add_encoded("R", encoded)
            else:
                sheet = google.add_spreadsheet("R", tabs, sizes=sizes)
            wire = Wire(google, session, google.service_account_file(tmp_path))
            path = f"/v4/spreadsheets/{sheet}/values:batchGet"
            ask = functools.partial(wire.get, path, valueRenderOption="UNFORMATTED_VALUE", prettyPrint="false")
            unsigned = ask(ranges=given[:1])
            wire.sign_in()
            replies = [
                unsigned,
                ask(ranges=given[:4]),
                ask(),
                ask(range=given[0]),
                *(ask(ranges=[text]) for text in given),
            ]
            answers.append([(answer.status_code, answer.text.replace(sheet, "ID")) for answer in replies])
    assert answers[0] == answers[1]
