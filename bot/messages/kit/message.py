"""A message as Block Kit and as plain text. Built here, sent elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.messages.kit.limits import Block
from bot.messages.kit.parts import MessagePart

__all__ = ["Attachment", "Block", "Message"]


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file to send.

    Attributes:
        name: its name, `enterprise-q3-2026.csv`.
        title: its title, which screen readers read too.
        content: its text.

    """

    name: str
    title: str
    content: str


@dataclass(frozen=True, slots=True)
class Message:
    """A message to a person, ready to send.

    Attributes:
        text: the whole message as plain text, as the command line prints it; in Slack where there are no blocks.
        blocks: the same as Block Kit, at most 50; empty where plain text is enough.
        parts: the parts that both were rendered from; empty for a message of text alone.
        summary: its finding in at most three short sentences, the notification of Slack and the text of its screen
            readers; empty for a message of text alone.
        file: a file to send with it.

    """

    text: str
    blocks: Sequence[Block] = ()
    parts: Sequence[MessagePart] = ()
    summary: str = ""
    file: Attachment | None = None
