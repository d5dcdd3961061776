"""Every error of nrrbot, in one tree.

    NrrbotError
    |-- ConfigError              the config file, a key in it, or a secret
    |-- QuestionError            a question that could not be read
    |-- WorkbookError            the workbook as a whole could not be read or written
    |   |-- WorkbookMissingError     no such file or sheet, or it is not shared with the bot
    |   |-- WorkbookDeniedError      it is there, and we may not: read only, API off, key revoked
    |   |-- WorkbookBusyError        not now: edited meanwhile, quota used up, server trouble, time-out
    |   `-- WorkbookLayoutError      it was read, and has no tab or heading that we need
    |-- StoreError               the SQLite file
    |   `-- NoSnapshotError          nothing was synced yet
    `-- SlackError               Slack refused a message or a token

Errors of other libraries are mapped to these at the edge where they arise, so that nobody above has to know
gspread, google-auth, slack_sdk or sqlite3. A row that cannot be read is no error: it is a Problem, a value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


def N_(text: str) -> str:  # noqa: N802 - the name that gettext tools look for
    """Mark `text` for translation and return it unchanged.

    core and sheets write English templates; the bot translates them where it knows the reader's language.
    """
    return text


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence for a person, as a template marked with `N_` and the values of its places. `str()` is English."""

    template: str
    values: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.template.format(**self.values)


class NrrbotError(Exception):
    """A sentence for a person: what happened and where, then how to mend it.

    Args:
        what: a template of what happened, with `{named}` places.
        mend: a template of what the person can do about it; may be empty.
        values: what goes into the places of both templates.

    `str(error)` is the English text. Keep `what` and `mend` literal in the source and wrapped in `N_`.

    """

    def __init__(self, what: str, mend: str = "", **values: object) -> None:
        self.what = what
        self.mend = mend
        self.values = values
        super().__init__(what, mend, values)

    def __str__(self) -> str:
        parts = [part.format(**self.values) for part in (self.what, self.mend) if part]
        return " ".join(parts)


class ConfigError(NrrbotError):
    """The config file cannot be used: an unknown key, a wrong value, a missing secret."""


class QuestionError(NrrbotError):
    """A question could not be read: what was understood, what was not, the nearest names."""


class WorkbookError(NrrbotError):
    """The workbook as a whole could not be read or written. The last snapshot goes on serving."""


class WorkbookMissingError(WorkbookError):
    """There is no such file or sheet, or it is not shared with the bot."""


class WorkbookDeniedError(WorkbookError):
    """The workbook is there, and we may not use it so: read only, API switched off, key revoked."""


class WorkbookBusyError(WorkbookError):
    """The workbook cannot be used just now; the same call may succeed later."""


class WorkbookLayoutError(WorkbookError):
    """The workbook was read, and a tab or a heading that we need is not there."""


class StoreError(NrrbotError):
    """The SQLite file cannot be opened, read or written."""


class NoSnapshotError(StoreError):
    """Nothing was synced yet, so there is nothing to answer from."""


class SlackError(NrrbotError):
    """Slack refused a token, a channel or a message, or could not be reached."""
