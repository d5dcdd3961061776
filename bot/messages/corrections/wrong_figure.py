"""A figure that a reader takes for wrong: the modal for their words, and what the administrators are sent."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from bot.locale.translator import Translator
from bot.messages.kit.layout import render
from bot.messages.kit.limits import Block
from bot.messages.kit.message import Message
from bot.messages.kit.parts import Button, Headline, MessagePart, Note, Paragraph
from core.errors import N_

# The callback_id of the modal, and the id of its text.
WRONG_FIGURE, WORDS = "wrong_figure", "words"
# Characters of a person's words.
WORDS_LIMIT = 2000


@dataclass(frozen=True, slots=True)
class Doubt:
    """A figure that a reader takes for wrong.

    Attributes:
        person: the reader's name.
        words: what they wrote.
        question: the question, a line of the grammar.
        answer: the first line of the answer, as they saw it; empty where it cannot be reproduced.
        command: the line that prints that answer again.
        state: the value of a button that shows it again.

    """

    person: str
    words: str
    question: str
    answer: str
    command: str
    state: str


def build_doubt_modal(translate: Translator) -> Block:
    """Return the modal with the text box."""

    def plain(text: str) -> Block:
        return {"type": "plain_text", "text": text}

    note = translate(
        N_("Goes to the administrators of nrrbot, with the question, its snapshot and your name. No one else sees it.")
    )
    return {
        "type": "modal",
        "callback_id": WRONG_FIGURE,
        "title": plain(translate(N_("Wrong figure?"))),
        "submit": plain(translate(N_("Send"))),
        "close": plain(translate(N_("Cancel"))),
        "blocks": [
            {
                "type": "input",
                "block_id": WORDS,
                "label": plain(translate(N_("Which figure, and what should it be?"))),
                "element": {
                    "type": "plain_text_input",
                    "action_id": WORDS,
                    "multiline": True,
                    "max_length": WORDS_LIMIT,
                    "focus_on_load": True,
                },
            },
            {"type": "context", "elements": [plain(note)]},
        ],
    }


def write_command(line: str, snapshot: int, day: str, metric: str, language: str) -> str:
    """Return the line that prints an answer again, from its snapshot and as of its day."""
    words = ["nrrbot", "ask", *([line] if line else []), "--snapshot", str(snapshot), "--today", day]
    words += ["--metric", metric] if metric != "nrr" else []
    return shlex.join([*words, "--lang", language])


def build_doubt_message(doubt: Doubt, translate: Translator) -> Message:
    """Return the direct message to an administrator."""
    parts: list[MessagePart] = [
        Headline(translate(N_("{person} doubts a figure"), person=doubt.person)),
        Paragraph(doubt.words),
    ]
    if doubt.answer:
        parts += [
            Paragraph(doubt.answer, translate(N_("They saw:"))),
            Note(translate(N_("The same answer on a terminal:")), doubt.command),
            Button(translate(N_("The answer as they saw it")), "answer", doubt.state),
        ]
    else:
        lost = translate(N_("The data that it was computed from is not kept any more."))
        parts += [Paragraph(lost), Note(translate(N_("The question:")), doubt.question)]
    return render(parts)


def build_receipt(notified: Sequence[str], missed: Sequence[str], translate: Translator) -> Message:
    """Return who was sent the words, for the person who wrote them."""
    text = translate(
        N_("Your words, the question and its snapshot were sent to {names}."), names=translate.format_list(notified)
    )
    if missed:
        text += " " + translate(N_("Slack did not take the message to {names}."), names=translate.format_list(missed))
    return render([Paragraph(text)])
