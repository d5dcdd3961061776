"""Answers, digests and problems as Block Kit and as plain text. Built here, sent elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

Block = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Message:
    """What is shown to a person, ready to send.

    Attributes:
        text: the whole message as plain text: the command line prints it, and in Slack it is the notification and
            what a screen reader reads.
        blocks: the same as Block Kit, at most 50; empty where plain text says it all.

    """

    text: str
    blocks: Sequence[Block] = field(default_factory=tuple)
