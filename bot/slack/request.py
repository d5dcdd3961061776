"""A question that was asked in Slack, as a value."""

from __future__ import annotations

from dataclasses import dataclass

SLASH_COMMANDS = ("/nrr", "/grr")
VALUE_LIMIT = 2000  # characters of a button's value


@dataclass(frozen=True, slots=True)
class Request:
    """A question as a person asked it.

    Attributes:
        command: `/nrr` or `/grr`.
        text: the words after it, as typed.
        user: the id of the person.
        channel: the id of the channel.
        team: the id of the workspace.
        public: whether the whole channel will read the answer.

    """

    command: str
    text: str
    user: str
    channel: str
    team: str
    public: bool = False

    @property
    def question(self) -> str:
        """The command line as typed, `/nrr enterprise Q3`, cut to the length that a button's value can have."""
        return f"{self.command} {self.text}".strip()[:VALUE_LIMIT]


def split_command(question: str) -> tuple[str, str]:
    """Return command and text of `/nrr enterprise Q3`, `grr Q3` or `enterprise Q3`; `/nrr` where it names none."""
    first, _, text = question.strip().partition(" ")
    name = "/" + first.lower().removeprefix("/")
    return (name, text.strip()) if name in SLASH_COMMANDS else (SLASH_COMMANDS[0], question.strip())
