"""A question that was asked in Slack, and its answer, as values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.locale.readers import Reader
from bot.messages.kit.message import Message
from bot.service.access.viewer import NO_ONE, Viewer

SLASH_COMMANDS = ("/nrr", "/grr")


@dataclass(frozen=True, slots=True)
class Choice:
    """Another segment, or segment and period, that a person chose for a question.

    Attributes:
        segment: the value of the option that was chosen; empty for the whole company.
        period: the period, empty for the last complete quarter; None for that of the question.
        command: `/nrr` or `/grr`; empty where the question is that of a button.
        line: the question, a line of the grammar.

    """

    segment: str
    period: str | None = None
    command: str = ""
    line: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """A question as a person asked it, or a button as they pressed it.

    Attributes:
        command: `/nrr` or `/grr`; empty for a button.
        text: the words after it, or those in a menu, as typed.
        user: the id of the person.
        channel: the id of the channel; empty where it has no channel.
        public: whether the whole channel will read the answer.
        is_external: whether Slack says with the request that another company reads the channel.
        state: the value of the button that was pressed, or that opened the modal.
        action: the name of the button that was pressed.
        choice: the choice in a menu or in the modal; None for all others.
        key: tells this request from any other; Slack may deliver it again.
        at: the moment at which it came.
        viewer: who reads the answer, and what they may see: the gate says it before the request is answered.
        asker: the person as a reader.
        readers: those who will read the answer.

    """

    command: str
    text: str
    user: str
    channel: str
    public: bool = False
    is_external: bool = False
    state: str = ""
    action: str = ""
    choice: Choice | None = None
    key: str = field(default="", compare=False)
    at: dt.datetime = field(default=dt.datetime.min.replace(tzinfo=dt.UTC), compare=False)
    viewer: Viewer = field(default=NO_ONE, compare=False)
    asker: Reader = field(default=Reader(), compare=False)
    readers: Reader = field(default=Reader(), compare=False)

    @property
    def question(self) -> str:
        """The command line as typed, `/nrr enterprise Q3`."""
        return f"{self.command} {self.text}".strip()


@dataclass(frozen=True, slots=True)
class Response:
    """The answer to a request.

    Attributes:
        message: the message.
        is_private: whether it is for the person alone, although the request was public.
        follow: starts work whose result follows the message, and takes the function that sends that to the person;
            None where nothing follows.

    """

    message: Message
    is_private: bool = False
    follow: Callable[[Callable[[Message], None]], None] | None = None


def split_command(question: str) -> tuple[str, str]:
    """Return command and text of `/nrr enterprise Q3`, `grr Q3` or `enterprise Q3`; `/nrr` where it names none."""
    first, _, text = question.strip().partition(" ")
    name = "/" + first.lower().removeprefix("/")
    return (name, text.strip()) if name in SLASH_COMMANDS else (SLASH_COMMANDS[0], question.strip())


def is_direct(channel: str) -> bool:
    """Return whether a channel is a conversation of two people, or of one with the bot."""
    return channel.startswith("D")
