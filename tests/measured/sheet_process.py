"""A large Google Sheet, served from a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from core.config import Config, Google, Slack, Source, Store


@dataclass(frozen=True, slots=True)
class SheetProcess:
    """The process.

    Attributes:
        started: where the sheet is, as `tests.support.google.big_sheet` prints it.
        edits: its standard input.
        printed: its standard output.
        calls: how often each method was called, once it has ended.

    """

    started: dict[str, Any]
    edits: IO[str]
    printed: IO[str]
    calls: dict[str, int] = field(default_factory=dict)

    def edit(self, row: int | str) -> None:
        """Raise an amount of a row, or add a row: the next "row", or one of a new "account"."""
        self.edits.write(f"{row}\n")
        self.edits.flush()
        self.printed.readline()

    def configure(self, store: Path, slack: Slack | None = None) -> Config:
        """Return the config of a bot for this sheet."""
        url = self.started["url"]
        google = Google(
            credentials_file=self.started["key_file"],
            sheets_url=url,
            drive_url=url,
            token_url=f"{url}/token",
            timeout_seconds=180,
            retry_seconds=600,
        )
        workbook = Source(google=self.started["spreadsheet"])
        return Config(workbook=workbook, google=google, store=Store(str(store)), slack=slack or Slack())


@contextmanager
def serve_sheet(folder: Path, accounts: int, months: int, layout: str = "") -> Iterator[SheetProcess]:
    """Serve a sheet until the end of the block."""
    command = [sys.executable, "-m", "tests.support.google.big_sheet", str(folder), str(accounts), str(months)]
    command += [layout] if layout else []
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        if server.stdin is None or server.stdout is None:
            raise ValueError("the server has no pipes")
        process = SheetProcess(json.loads(server.stdout.readline()), server.stdin, server.stdout)
        printed = ""
        try:
            yield process
        finally:
            printed, _ = server.communicate()
        process.calls.update(json.loads(printed))
