"""Every error of nrrbot, in one tree.

    NrrbotError
    |-- ConfigError              the config file, a key in it, or a secret
    |-- QuestionError            a question that could not be understood
    |-- AccessError              a person or a channel that may not see figures
    |-- WorkbookError            the workbook as a whole could not be read or written
    |   |-- WorkbookMissingError     no such file or sheet, or it is not shared with the bot
    |   |-- WorkbookDeniedError      it exists, but access is denied: read only, API off, key revoked
    |   |-- WorkbookBusyError        not available now: edited meanwhile, quota used up, server error, time-out
    |   `-- WorkbookLayoutError      it was read, but a necessary tab or heading is missing
    |-- WarehouseError           the engine of a warehouse could not be reached, or refused a query
    |-- StoreError               the SQLite file
    |   |-- NoSnapshotError          no sync has finished yet
    |   `-- ClockError               the clock is before the last sync
    `-- SlackError               Slack refused a message or a token

Errors of other libraries are mapped to these where they arise, so that callers need not know gspread, google-auth,
slack_sdk, sqlalchemy or sqlite3. A row that cannot be read raises no error: it becomes a Problem, which is a value.
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
    """A sentence for people: a template marked with `N_`, and the values for its placeholders. `str()` is English."""

    template: str
    values: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.template.format(**self.values)


class NrrbotError(Exception):
    """An error for people: the problem with its effect, then the fix.

    Args:
        problem: a template of the problem and its effect, with `{named}` placeholders.
        fix: a template of the fix; may be empty.
        values: the values for the placeholders of both templates.

    `str(error)` is the English text. In the source, `problem` and `fix` are literals wrapped in `N_`.

    """

    def __init__(self, problem: str, fix: str = "", **values: object) -> None:
        self.problem = problem
        self.fix = fix
        self.values = values
        super().__init__(problem, fix, values)

    def __str__(self) -> str:
        parts = [part.format(**self.values) for part in (self.problem, self.fix) if part]
        return " ".join(parts)


class ConfigError(NrrbotError):
    """The config file cannot be used: an unknown key, an invalid value, a missing secret."""


class QuestionError(NrrbotError):
    """A question could not be understood. The values have the understood part, the unknown words and near names."""


class AccessError(NrrbotError):
    """A person, or the readers of a channel, may not see figures, or it is not known whether they may."""


class WorkbookError(NrrbotError):
    """The workbook as a whole could not be read or written. Answers continue to come from the last snapshot."""


class WorkbookMissingError(WorkbookError):
    """The file or sheet does not exist, or is not shared with the bot."""


class WorkbookDeniedError(WorkbookError):
    """Access to the workbook is denied: it is read only, the API is off, or the key is revoked."""


class WorkbookBusyError(WorkbookError):
    """The workbook is not available now; the same call may succeed later."""


class WorkbookLayoutError(WorkbookError):
    """The workbook was read, but a necessary tab or heading is missing."""


class WarehouseError(NrrbotError):
    """The engine of a warehouse could not be reached, refused a query, or gives other figures than nrrbot."""


class StoreError(NrrbotError):
    """The SQLite file cannot be opened, read or written."""


class NoSnapshotError(StoreError):
    """No sync has finished yet, so no figures are available."""


class ClockError(StoreError):
    """The clock is before the last sync, so that a snapshot would be out of order. Nothing was stored."""


class SlackError(NrrbotError):
    """Slack refused a token, a channel or a message, or could not be reached."""
