"""An answer of earlier data: newer data gives another one, or the earlier one is not kept any more."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from bot.locale.translator import Translator
from bot.messages.kit.layout import render, summarise
from bot.messages.kit.message import Message
from bot.messages.kit.parts import Button, Headline, Paragraph, Timestamp
from core.errors import N_


def mark_earlier(
    message: Message, moment: dt.datetime, changes: str, state: str, translate: Translator, *, is_stale: bool
) -> Message:
    """Return an answer that begins with which of its figures newer data changed, with a button for these.

    Args:
        message: the answer. Where the data is stale its first line says so, and stays the first.
        moment: when its data was read.
        changes: the changes, as sentences.
        state: the value of the button.
        translate: the reader's language.
        is_stale: whether the data is stale.

    """
    span = Timestamp(translate.format_moment(moment), moment)
    text = translate(N_("{changes} What follows is as of {moment}."), changes=changes, moment=span.text)
    lead = translate(N_("The data has changed since."))
    parts, at = message.parts or [Paragraph(message.text)], int(is_stale)
    shown = [*parts[:at], Paragraph(text, lead, spans=(span,)), *parts[at:], _build_refresh(state, translate)]
    # The notification has room for the answer's own figures, not for those that changed as well.
    summary = summarise([*parts[:at], Paragraph(lead), *parts[at:]])
    return replace(render(shown), summary=summary, file=message.file)


def build_pruned_message(state: str, translate: Translator) -> Message:
    """Return that the data of an answer is not kept any more, with a button for the answer of today."""
    return render(
        [
            Headline(translate(N_("That answer can no longer be reproduced"))),
            Paragraph(
                translate(
                    N_(
                        "The data that it was computed from is not kept any more, so nothing was posted. Refresh asks "
                        "the same question about the data of today."
                    )
                )
            ),
            _build_refresh(state, translate),
        ]
    )


def _build_refresh(state: str, translate: Translator) -> Button:
    return Button(translate(N_("Refresh")), "refresh", state)
