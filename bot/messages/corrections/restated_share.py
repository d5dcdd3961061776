"""A shared answer whose figures a later snapshot changed: the reply in its thread."""

from __future__ import annotations

from collections.abc import Sequence

from bot.locale.translator import Translator
from bot.messages.corrections.changes import ChangedRatio, describe_ratios
from bot.messages.digests.restatements import describe_cause
from bot.messages.kit.layout import render
from bot.messages.kit.message import Message
from bot.messages.kit.parts import Button, Paragraph
from core.errors import N_
from core.metrics.restatements import Restatement


def build_restated_message(
    ratios: Sequence[ChangedRatio], restatement: Restatement, state: str, translate: Translator
) -> Message:
    """Return the reply in the thread of a shared answer. It names no account, as the whole channel reads it.

    Args:
        ratios: the ratios that changed, the most important first; empty where the answer has other figures.
        restatement: the accounts and the settings that caused it.
        state: the value of the button for the answer of today.
        translate: the readers' language.

    """
    reason = translate(N_("Reason: {cause}."), cause=describe_cause([restatement], translate, sees_names=False))
    sentences = list(describe_ratios(ratios, translate)) or [translate(N_("The figures of this answer have changed."))]
    text = " ".join([*sentences, reason])
    button = Button(translate(N_("Refresh")), "refresh", state)
    return render([Paragraph(text, translate(N_("Restated."))), button])
