"""The modal that asks an answer's question about another segment or another period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.locale.translator import Translator
from bot.messages.kit.limits import shorten
from bot.messages.kit.message import Block
from core.errors import N_

CALLBACK = "question"
# The ids of the two menus, and of the blocks that they are in.
SEGMENT, PERIOD = "segment", "period"
TITLE_LIMIT = 24
OPTION_LIMIT = 75
MOST_OPTIONS = 100


@dataclass(frozen=True, slots=True)
class Option:
    """An option of a menu.

    Attributes:
        text: its label.
        value: the words of a question that it means.

    """

    text: str
    value: str


def build_option(option: Option) -> Block:
    """Return an option as Slack takes it."""
    return {"text": {"type": "plain_text", "text": shorten(option.text, OPTION_LIMIT)}, "value": option.value}


def build_question_modal(
    segment: Option | None, periods: Sequence[Option], period: str, translate: Translator
) -> dict[str, Any]:
    """Return the modal.

    Args:
        segment: the cut that the answer is about; None where it is about the whole company.
        periods: the periods to choose from; empty where the question takes none.
        period: the value of the period that the answer is about; empty where it has none of them.
        translate: the reader's language.

    """
    segments = {
        "type": "external_select",
        "action_id": SEGMENT,
        "min_query_length": 0,
        "placeholder": _build_text(translate(N_("Whole company"))),
        **({"initial_option": build_option(segment)} if segment else {}),
    }
    blocks = [_build_input(SEGMENT, translate(N_("Segment")), segments)]
    if periods:
        options = list(map(build_option, periods[:MOST_OPTIONS]))
        chosen = next((option for option in options if option["value"] == period), None)
        menu = {
            "type": "static_select",
            "action_id": PERIOD,
            "placeholder": _build_text(translate(N_("Last complete quarter"))),
            "options": options,
            **({"initial_option": chosen} if chosen else {}),
        }
        blocks.append(_build_input(PERIOD, translate(N_("Period")), menu))
    return {
        "type": "modal",
        "callback_id": CALLBACK,
        "title": _build_text(shorten(translate(N_("Segment and period")), TITLE_LIMIT)),
        "submit": _build_text(translate(N_("Ask"))),
        "close": _build_text(translate(N_("Cancel"))),
        "blocks": blocks,
    }


def _build_input(name: str, label: str, element: Block) -> Block:
    return {"type": "input", "block_id": name, "optional": True, "label": _build_text(label), "element": element}


def _build_text(text: str) -> Block:
    return {"type": "plain_text", "text": text}
