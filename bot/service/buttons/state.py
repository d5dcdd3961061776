"""The answer that a button belongs to: the question as it was read, and the snapshot that answered it."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any, Literal

import msgspec

from core.errors import N_, QuestionError

VERSION = 1
VALUE_LIMIT = 1200  # characters: Slack takes 2,000 in a button, and 3,000 in a modal, where each quote is two


class State(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The answer that a person saw.

    Attributes:
        q: the question as it was read, a line of the grammar.
        s: the id of the snapshot.
        hash: the first characters of the snapshot's content hash; in a store that was made anew, the ids begin anew.
        day: the day on which it was asked, from which renewals count.
        start: the close at which its window starts; empty where it has none.
        end: the close at which its window ends; empty where it has none.
        command: the command that it was asked by, `nrr` or `grr`.
        v: the version of this format.

    """

    q: str
    s: int
    hash: str
    day: dt.date
    start: str = ""
    end: str = ""
    command: Literal["nrr", "grr"] = "nrr"
    v: int = VERSION

    def ask(self, line: str) -> State:
        """Return the state of another question to the same snapshot; its window is known when it is read."""
        return self if line == self.q else msgspec.structs.replace(self, q=line, start="", end="")

    def move(self, snapshot_id: int, content_hash: str) -> State:
        """Return the state of the same question to another snapshot, as of the same day."""
        return msgspec.structs.replace(self, s=snapshot_id, hash=content_hash[:8])


def build_state(read: Mapping[str, Any], command: str, snapshot_id: int, content_hash: str, day: dt.date) -> State:
    """Return the state of an answer.

    Args:
        read: how the question was read, as the JSON of an answer has it.
        command: `/nrr` or `/grr`.
        snapshot_id: the snapshot that answered it.
        content_hash: the hash of its content.
        day: the day that counted as today.

    """
    window = read if "start" in read else next(iter(read.get("sides", ())), {})
    return State(
        q=str(read.get("as", "")),
        s=snapshot_id,
        hash=content_hash[:8],
        day=day,
        start=window.get("start", ""),
        end=window.get("end", ""),
        command="grr" if command == "/grr" else "nrr",
    )


def write_state(state: State, save: Callable[[str, str], None]) -> str:
    """Return the value of a button.

    Args:
        state: the state.
        save: stores a state that is too long for a button under a key.

    """
    parts = msgspec.to_builtins(state)
    if state.command == "nrr":
        del parts["command"]
    value = _write_json(parts)
    if len(value) <= VALUE_LIMIT:
        return value
    key = hashlib.sha256(value.encode()).hexdigest()[:32]
    save(key, value)
    return _write_json({"key": key, "v": VERSION})


def read_state(value: str, find: Callable[[str], str | None]) -> State:
    """Return the state of a button's value.

    Args:
        value: the value.
        find: returns the state that was stored under a key.

    Raises:
        QuestionError: the value has no state, or it is not stored any more.

    """
    try:
        parts = json.loads(value)
        if isinstance(parts, dict) and "key" in parts:
            parts = json.loads(find(str(parts["key"])) or "null")
        state = msgspec.convert(parts, State)
    except ValueError as error:  # msgspec's errors are such
        raise _build_error() from error
    if state.v != VERSION:
        raise _build_error()
    return state


def _build_error() -> QuestionError:
    return QuestionError(
        N_("The answer that this button belongs to is not known any more."), N_("Ask the question again.")
    )


def _write_json(parts: Mapping[str, Any]) -> str:
    """Return canonical JSON: the same parts give the same text."""
    return json.dumps(parts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
