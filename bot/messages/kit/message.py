"""A message as Block Kit and as plain text. Built here, sent elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.messages.kit.parts import MessagePart

Block = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Message:
    """A message to a person, ready to send.

    Attributes:
        text: the whole message as plain text: the command line prints it; in Slack it is the notification and the
            text for screen readers.
        blocks: the same as Block Kit, at most 50; empty where plain text is enough.
        parts: the parts that both were rendered from; empty for a message of text alone.

    """

    text: str
    blocks: Sequence[Block] = ()
    parts: Sequence[MessagePart] = ()
