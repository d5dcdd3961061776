"""A question that was asked in Slack, and its answer, as values."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.messages.kit.message import Message
from bot.service.access.viewer import NO_ONE, Viewer

SLASH_COMMANDS = ("/nrr", "/grr")


@dataclass(frozen=True, slots=True)
class Request:
    """A question as a person asked it, or a button as they pressed it.

    Attributes:
        command: `/nrr` or `/grr`; empty for a button.
        text: the words after it, as typed.
        user: the id of the person.
        channel: the id of the channel.
        public: whether the whole channel will read the answer.
        is_external: whether Slack says with the request that another company reads the channel.
        state: the value of the button that was pressed.
        key: tells this request from any other; Slack may deliver it again.
        viewer: who reads the answer, and what they may see: the gate says it before the request is answered.

    """

    command: str
    text: str
    user: str
    channel: str
    public: bool = False
    is_external: bool = False
    state: str = ""
    key: str = field(default="", compare=False)
    viewer: Viewer = field(default=NO_ONE, compare=False)

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

    """

    message: Message
    is_private: bool = False


def split_command(question: str) -> tuple[str, str]:
    """Return command and text of `/nrr enterprise Q3`, `grr Q3` or `enterprise Q3`; `/nrr` where it names none."""
    first, _, text = question.strip().partition(" ")
    name = "/" + first.lower().removeprefix("/")
    return (name, text.strip()) if name in SLASH_COMMANDS else (SLASH_COMMANDS[0], question.strip())
