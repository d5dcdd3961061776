"""The log as `nrrbot run` writes it, for tests."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.service.log import build_formatter


def read_log(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    """Return the captured records as lines of the log."""
    formatter = build_formatter()
    return [json.loads(formatter.format(record)) for record in caplog.records]
