"""The help: examples, sub-commands and the segments of the data."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from bot.locale.translator import Translator, get_translator
from bot.messages.kit.layout import render
from bot.messages.kit.message import Message
from bot.messages.kit.parts import Grid, Headline, Note, Paragraph
from bot.messages.kit.sentences import list_some
from core.errors import N_, QuestionError, Sentence
from core.text import fold

SHOWN_DIMENSIONS = 10
_TO_TRY = (N_("/nrr enterprise Q3"), N_("/nrr why Q3"), N_("/nrr who left last quarter"))
# Words by which a French greeting is recognised where the bot speaks English.
_FRENCH = re.compile(
    r"\b(?:bonjour|bonsoir|bjr|bsr|salut|slt|coucou|merci|mrc|ca va|qui|toi|tu|vous|au revoir|bonne|bon|bien|c est)\b"
)


def build_courtesy_message(report: object, asked: str, translate: Translator) -> Message:  # noqa: ARG001 - the signature of a message
    """Return the reply to a greeting: one friendly line, with three things to try."""
    return render([Paragraph(_describe_courtesy(asked, translate))])


def build_courtesy_json(report: object, asked: str, translate: Translator) -> dict[str, object]:  # noqa: ARG001 - the signature of a JSON
    """Return the reply to a greeting, as JSON."""
    return {"read": {"command": "courtesy"}, "message": _describe_courtesy(asked, translate)}


def _describe_courtesy(asked: str, translate: Translator) -> str:
    """Return the line, in French where the greeting is French."""
    if _FRENCH.search(re.sub(r"\W+", " ", fold(asked))):
        translate = get_translator("fr")
    return translate(
        N_("I am happy to help with NRR, GRR and the accounts behind them. Try {examples}."),
        examples=translate.format_list([translate(example) for example in _TO_TRY]),
    )


def build_sync_hint(report: object, translate: Translator) -> Message:  # noqa: ARG001 - the signature of a message
    """Return how the sheet is read now, for where nothing is read on request."""
    return Message(translate(N_("An administrator has the data read with /nrr sync in Slack, or with nrrbot sync.")))


def build_digest_hint(report: object, translate: Translator) -> Message:  # noqa: ARG001 - the signature of a message
    """Return how digests are subscribed and posted, for where nothing is posted on request."""
    return Message(
        translate(N_("Digests are subscribed with /nrr digest in Slack; nrrbot digest posts that of the week."))
    )


def build_action_json(report: object) -> dict[str, object]:  # noqa: ARG001 - the signature of a JSON
    """Return no data: an action has no answer."""
    return {}


def build_help_message(
    commands: Sequence[tuple[Sequence[str], Sentence]],
    refused: Sequence[str],
    values: Mapping[str, Sequence[str]],
    translate: Translator,
) -> Message:
    """Return the questions to ask: examples, sub-commands, and the segments of the data.

    Args:
        commands: the words of each sub-command, English first, and its help.
        refused: the names of those that a warehouse does not answer, where the figures are from one.
        values: heading of a dimension -> its values, the most asked for first.
        translate: the reader's language.

    """
    spoken = 0 if translate.language == "en" else 1
    examples = [
        ("/nrr", translate(N_("the whole company, last complete quarter and twelve months"))),
        (translate(N_("/nrr enterprise Q3")), translate(N_("one segment, one quarter"))),
        (translate(N_("/grr industry=fintech 2025-H1")), translate(N_("any column of segments; GRR first"))),
        (
            translate(N_("/nrr Q3 vs Q2")),
            translate(N_("two periods or two segments, and what explains the difference")),
        ),
        (translate(N_("/nrr who left last quarter")), translate(N_("your own words, in English or French"))),
        (translate(N_("/nrr FY25")), translate(N_("a fiscal year; also 2025, Sept. 2025, TTM, YTD, last quarter"))),
        *(
            (f"/nrr {names[min(spoken, len(names) - 1)]}", translate.format_sentence(summary))
            for names, summary in commands
        ),
    ]
    title = translate(N_("What you can ask"))
    named = [(heading, names) for heading, names in values.items() if names]
    lines = [
        translate(N_("{heading}: {values}"), heading=translate(heading), values=list_some(names, translate))
        for heading, names in named[:SHOWN_DIMENSIONS]
    ]
    if len(named) > SHOWN_DIMENSIONS:
        other_headings = [translate(heading) for heading, _ in named[SHOWN_DIMENSIONS:]]
        lines.append(translate(N_("Also by: {headings}"), headings=list_some(other_headings, translate)))
    return render(
        [
            Headline(title),
            Grid(
                [(translate(N_("question")), translate(N_("answer"))), *examples],
                "ll",
                heading=True,
                caption=title,
            ),
            *([Paragraph("\n".join(lines))] if lines else []),
            *(
                [Note(translate(N_("Not from a warehouse: {commands}."), commands=", ".join(refused)))]
                if refused
                else []
            ),
            Note(
                translate(N_("Answers are for you alone until you share them. English and French are both understood."))
            ),
        ]
    )


def build_refusal_json(error: QuestionError, translate: Translator) -> dict[str, object]:
    """Return a question that was not answered, as JSON: the sentence, what was understood, lines that can be asked."""
    values: dict[str, tuple[str, ...]] = {
        name: tuple(map(str, value)) for name, value in error.values.items() if isinstance(value, tuple)
    }
    return {
        "message": translate.format_error(error),
        "understood": {"values": list(values.get("understood", ()))},
        "not_understood": ", ".join(values.get("unknown_words", ())),
        "nearest": list(values.get("nearest_lines", ())),
    }
