"""The table of buttons: which function each one calls, and whether the channel sees the result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from bot.messages.kit.message import Block, Message

Call = Literal[
    "answer",
    "define",
    "csv",
    "refresh",
    "share",
    "fix",
    "read",
    "digest",
    "choose",
    "another",
    "doubt",
    "home",
    "setting",
    "names",
]


@dataclass(frozen=True, slots=True)
class Action:
    """A row of the table of buttons.

    Attributes:
        calls: `answer` for the answer that the button belongs to, `define` for the meaning of its figures,
            `csv` for its rows as a file in a direct message, `refresh` for the same question about the newest data,
            `share` to post the answer, also again where it may be lost, `fix` for how to make the sheet readable,
            `read` to read the sheet now, `digest` for the buttons of digests and subscriptions, `choose` for the
            question that a choice in a menu completes, `another` to open the modal of a segment and a period, `doubt`
            to open that for a figure that is taken for wrong, `home` for App Home, `setting` for App Home after the
            change of a setting, `names` for a digest with the names that its channel does not show.
        public: whether the result is posted in the channel and replaces the private answer.

    """

    calls: Call
    public: bool = False


ACTIONS: Mapping[str, Action] = {
    "answer": Action("answer"),
    "ask": Action("refresh"),
    "segment": Action("choose"),
    "another": Action("another"),
    "definition": Action("define"),
    "csv": Action("csv"),
    "refresh": Action("refresh"),
    "share": Action("share", public=True),
    "again": Action("share", public=True),
    "fix": Action("fix"),
    "read": Action("read"),
    "wrong": Action("doubt"),
    "setting": Action("setting"),
    "names": Action("names"),
    **dict.fromkeys(("pause", "resume", "settings", "post", "there", "send", "called", "uncalled"), Action("digest")),
}


def find_action(action_id: str) -> Action:
    """Return the row of a button: its id is that of the row, or that of the row with a name after a colon."""
    return ACTIONS[action_id.partition(":")[0]]


def split_action(action_id: str) -> str:
    """Return the name after the colon in the id of a button or a menu; empty without one."""
    return action_id.partition(":")[2]


def remove_public_buttons(message: Message) -> Message:
    """Return a message that is public already without the buttons that would share it."""
    blocks = [_remove_public_buttons(block) for block in message.blocks]
    return replace(message, blocks=[block for block in blocks if block.get("elements") != []])


def _remove_public_buttons(block: Block) -> Block:
    if block.get("type") != "actions":
        return block
    public = {name for name, action in ACTIONS.items() if action.public}
    return {**block, "elements": [button for button in block["elements"] if button.get("action_id") not in public]}
