"""The loopback server, and workbooks that are connected to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.errors import (
    Sentence,
)
from sheets.google.workbook import GoogleWorkbook
from tests.support.google.server import GoogleServer


@pytest.fixture
def server() -> Iterator[GoogleServer]:
    with GoogleServer() as running:
        yield running


@pytest.fixture
def connect(server: GoogleServer, tmp_path: Path) -> Iterator[Callable[..., GoogleWorkbook]]:
    key_file = server.service_account_file(tmp_path)
    opened: list[GoogleWorkbook] = []

    def connect(
        sheet: str, *, retry: float = 3.0, timeout: float = 2.0, report_wait: Callable[[Sentence], None] | None = None
    ) -> GoogleWorkbook:
        workbook = GoogleWorkbook(
            sheet,
            key_file,
            timeout_seconds=timeout,
            retry_seconds=retry,
            sheets_url=server.url,
            drive_url=f"{server.url}/",
            token_url=f"{server.url}/token",
            report_wait=report_wait,
        )
        opened.append(workbook)
        return workbook

    yield connect
    for workbook in opened:
        workbook.close()
