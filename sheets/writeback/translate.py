"""The translator that the tabs and notes are written with, as a protocol: `bot.locale` implements it."""

from __future__ import annotations

from decimal import Decimal
from typing import Protocol

from core.months import Month
from core.terms import Language


class Translate(Protocol):
    """Sentences and figures in the reader's language."""

    @property
    def language(self) -> Language:
        """The language."""

    def __call__(self, template: str, /, **values: object) -> str:
        """Return a sentence with its placeholders filled."""

    def format_short_percent(self, value: Decimal) -> str:
        """Return a percentage from a rule, such as 110%."""

    def format_short_month(self, month: Month) -> str:
        """Return an abbreviated month, such as Sep 2025."""
