"""An error as a message to a reader of Slack, who can rephrase a question and cannot repair the installation."""

from __future__ import annotations

from collections.abc import Sequence

from bot.locale.translator import Translator
from bot.messages.kit.layout import render
from bot.messages.kit.message import Message
from bot.messages.kit.parts import MessagePart, Paragraph
from core.errors import N_, ConfigError, NrrbotError, SlackError, StoreError, WorkbookError

# What only an admin can repair. The log has the fix.
_LATER = "Try again in "  # of trouble that passes
_OF_ADMINS = (ConfigError, SlackError, StoreError, WorkbookError)


def build_error_message(error: NrrbotError, translate: Translator) -> Message:
    """Return the problem with its fix, or with whom to tell where the reader cannot do it.

    The lines that may have been meant are buttons, so that the fix does not list them.
    """
    buttons: Sequence[MessagePart] = error.values.get("buttons", ())  # type: ignore[assignment]
    lines = error.values.get("nearest_lines")
    if isinstance(error, _OF_ADMINS) and not error.fix.startswith(_LATER):
        fix = translate(N_("Tell the admin of nrrbot, who can repair it."))
    elif lines and buttons:
        fix = "" if "{meant}" in error.problem else translate(N_("Did you mean one of these?"))
    else:
        fix = translate(error.fix, **error.values) if error.fix else ""
    return render([Paragraph(fix, translate(error.problem, **error.values)), *buttons])
