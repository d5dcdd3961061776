"""The message of reconcile: its finding first, its budget of words, and no figure that the JSON does not have."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.messages.kit.parts import Grid, Headline
from core.terms import Language
from tests.support.samples.nine_accounts import build_analyst, build_company

QUESTIONS = (
    *("91.7 TTM", "88.1 Q3", "101.6 enterprise Q3", "80.0 enterprise Q3", "86", "131.7 enterprise Q3"),
    *("109.64 enterprise TTM", "grr 81.9 TTM", "90 smb Q2 2025", "100.0 2025-07"),
)
_MOST_WORDS = 150
_TABLE_WIDTH = 80


def list_texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict | list):
        for entry in value.values() if isinstance(value, dict) else value:
            yield from list_texts(entry)
    elif isinstance(value, str):
        yield value


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("question", QUESTIONS)
def test_the_message_is_short_and_says_what_the_json_says(tmp_path: Path, language: Language, question: str) -> None:
    reply = build_analyst(tmp_path, language, build_company()).reply("/nrr", f"reconcile {question}")
    message, texts = reply.message(), set(list_texts(reply.json()))
    first, *others = message.parts
    assert isinstance(first, Headline)
    assert len(first.text) <= 150
    prose = " ".join(part.text for part in message.parts if not isinstance(part, Grid) and hasattr(part, "text"))
    assert len(prose.split()) <= _MOST_WORDS
    for figure in re.findall(r"-?\d+(?:[.,]\d+)?(?=[\s\u00a0\u202f]?%)", prose):
        assert figure.replace(",", ".") in texts, figure
    for line in message.text.splitlines():
        assert not line.startswith("  ") or len(line) <= _TABLE_WIDTH, line
    assert others or "90" in question
