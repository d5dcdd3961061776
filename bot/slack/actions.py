"""The table of buttons: which function each one calls, and whether the channel sees the result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from bot.messages.kit.message import Block, Message


@dataclass(frozen=True, slots=True)
class Action:
    """A row of the table of buttons.

    Attributes:
        calls: `answer` for the answer to the question in the button's value, `define` for the meaning of its figures.
        public: whether the result is posted in the channel and replaces the private answer.

    """

    calls: Literal["answer", "define"]
    public: bool


ACTIONS: Mapping[str, Action] = {
    "definition": Action(calls="define", public=False),
    "share": Action(calls="answer", public=True),
}


def remove_public_buttons(message: Message) -> Message:
    """Return a message that is public already without the buttons that would share it."""
    blocks = [_remove_public_buttons(block) for block in message.blocks]
    return replace(message, blocks=[block for block in blocks if block.get("elements") != []])


def _remove_public_buttons(block: Block) -> Block:
    if block.get("type") != "actions":
        return block
    public = {name for name, action in ACTIONS.items() if action.public}
    return {**block, "elements": [button for button in block["elements"] if button.get("action_id") not in public]}
