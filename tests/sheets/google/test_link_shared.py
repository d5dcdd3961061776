"""A Google Sheet that is shared by its link is read without credentials, from the .xlsx export of a loopback server."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.support.command_line import Ran, nrrbot
from tests.support.company import write_xlsx

SHEET = "1AbCdEfGhIjKlMnOpQrStUvWxYz0123456789"
ADDRESS = f"https://docs.google.com/spreadsheets/d/{SHEET}/edit#gid=0"


class DocsServer(ThreadingHTTPServer):
    """A server with the export of one sheet.

    Attributes:
        answer: what it does: `export`, or a status, or `login`, or `page` for a page of text.
        content: the .xlsx file.
        paths: the paths that were asked for.

    """

    def __init__(self, content: bytes) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer = "export"
        self.content = content
        self.paths: list[str] = []

    @property
    def url(self) -> str:
        """The root of its addresses."""
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: DocsServer

    def do_GET(self) -> None:
        """Answer like Google: the export is a redirect away."""
        self.server.paths.append(self.path)
        answer = self.server.answer
        if answer == "login":
            self._send(302, Location="https://accounts.google.com/ServiceLogin?continue=x")
        elif answer == "page":
            self._send(200, b"<html>Sign in</html>", **{"Content-Type": "text/html"})
        elif answer.startswith("http"):
            self._send(302, Location=answer)
        elif answer != "export":
            self._send(int(answer))
        elif self.path.startswith("/spreadsheets/"):
            self._send(307, Location=f"{self.server.url}/export/sheet.xlsx")
        else:
            kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
            name = "attachment; filename*=UTF-8''Revenus%20%C3%A9t%C3%A9.xlsx"
            self._send(200, self.server.content, **{"Content-Type": kind, "Content-Disposition": name})

    def _send(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DocsServer]:
    monkeypatch.chdir(tmp_path)
    write_xlsx(tmp_path / "made.xlsx", {"MRR": [["Customer", "2025-01", "2025-02"], ["Aster", 1, 2], ["Birch", 3, 3]]})
    with DocsServer((tmp_path / "made.xlsx").read_bytes()) as made:
        threading.Thread(target=made.serve_forever, daemon=True).start()
        Path("config.toml").write_text(
            f'[workbook]\ngoogle = "{ADDRESS}"\n[google]\ncredentials_file = ""\ndocs_url = "{made.url}"\n',
            encoding="utf-8",
        )
        yield made
        made.shutdown()


def run(*command: str) -> Ran:
    return nrrbot(*command, "--config", "config.toml", "--today", "2025-03-06")


def test_the_export_is_read_without_credentials(server: DocsServer) -> None:
    ran = run("sync")
    assert (ran.code, ran.err) == (0, "")
    assert "Revenus été: 2 accounts, data through February 2025, in EUR." in ran.out
    assert server.paths[0] == f"/spreadsheets/d/{SHEET}/export?format=xlsx"
    assert "Nothing changed since snapshot 1." in run("sync").out
    written = run("write")
    assert written.code == 0
    assert "Nothing was written: Revenus été is read by its link" in written.out


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("login", "is not shared by link"),
        ("page", "is not shared by link"),
        ("403", "is not shared by link"),
        ("404", "There is no such Google Sheet."),
        ("503", "report an error (HTTP 503)"),
        ("https://docs.google.com.example.com/x.xlsx", "did not send the sheet as an .xlsx file"),
        ("https://evilgoogle.com/x.xlsx", "did not send the sheet as an .xlsx file"),
        ("http://docs.google.com/x.xlsx", "did not send the sheet as an .xlsx file"),
    ],
)
def test_what_google_refuses_is_said(server: DocsServer, answer: str, said: str) -> None:
    server.answer = answer
    ran = run("sync")
    assert (ran.code, ran.out) == (1, "")
    assert said in ran.err


def test_a_damaged_export_is_said(server: DocsServer) -> None:
    server.content = b"PK\x03\x04 cut off"
    ran = run("sync")
    assert (ran.code, ran.out) == (1, "")
    assert "did not send the sheet as an .xlsx file" in ran.err
