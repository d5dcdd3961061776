"""The content of the bot's tabs as it was last written: kept with the poll of a workbook, as JSON."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from core.store.state.polls import Poll


class Written(msgspec.Struct, frozen=True):
    """The content of the bot's tabs and notes after a write-back.

    Attributes:
        snapshot: the number of the snapshot that it shows.
        day: the day on which all tabs were written last: what people typed into them is overwritten once a day.
        tabs: title -> hash of the content of the tab.
        notes: hash of the notes.
        reading: the moment of the reading before it; empty if it is not known.
        problems_tab: the id of the tab with the problems; None if it is not known.

    """

    snapshot: int = 0
    day: str = ""
    tabs: Mapping[str, str] = {}
    notes: str = ""
    reading: str = ""
    problems_tab: int | None = None


def read_written(poll: Poll | None) -> Written:
    """Return the content that was last written; that of no tab if it is not known."""
    try:
        return msgspec.json.decode(poll.written if poll else "{}", type=Written)
    except msgspec.MsgspecError:
        return Written()


def follow_reading(written: Written, poll: Poll | None) -> Written:
    """Return the content after a write that followed the reading of a poll."""
    return msgspec.structs.replace(written, reading=str(poll.read_at) if poll else "")


def has_written_since(poll: Poll) -> bool:
    """Tell whether the bot has written since the reading of a poll: people may have edited the sheet meanwhile.

    Google tells the last change of a sheet, and who made it, not those before.
    """
    return read_written(poll).reading == str(poll.read_at)


def encode_written(written: Written) -> str:
    """Return the content as the store keeps it."""
    return msgspec.json.encode(written).decode()
