"""A message from its parts. Written once, it says the same on a terminal and in Slack."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.messages.kit.blocks import render_blocks
from bot.messages.kit.columns import align_columns
from bot.messages.kit.limits import shorten
from bot.messages.kit.message import Message
from bot.messages.kit.parts import (
    Button,
    Chart,
    Details,
    Grid,
    Headline,
    MessagePart,
    Note,
    Paragraph,
    Picker,
    Place,
    Timestamp,
)

SUMMARY_LIMIT = 200
_SUMMARY_SENTENCES = 3
# A sentence ends before a capital letter or a figure; "Sept. of" does not.
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[^\Wa-z_])")


def render(parts: Sequence[MessagePart]) -> Message:
    """Return the message with these parts, as plain text and as blocks."""
    return Message(_render_text(parts), tuple(render_blocks(parts)), tuple(parts), summarise(parts))


def add_spans(parts: Sequence[MessagePart], spans: Sequence[Place | Timestamp]) -> list[MessagePart]:
    """Return parts in which the words of the spans are links and moments, wherever paragraphs and notes have them."""
    spanned: list[MessagePart] = []
    for part in parts:
        if isinstance(part, Paragraph | Note):
            present = tuple(span for span in spans if span.text in part.text)
            spanned.append(replace(part, spans=(*part.spans, *present)) if present else part)
        else:
            spanned.append(part)
    return spanned


def summarise(parts: Sequence[MessagePart]) -> str:
    """Return the first sentences of a message: at most three, and 200 characters in all."""
    summary = ""
    for count, sentence in enumerate(list_sentences(parts)):
        longer = f"{summary} {sentence}".strip()
        if count == _SUMMARY_SENTENCES or len(longer) > SUMMARY_LIMIT:
            break
        summary = longer
    return summary or shorten(next(list_sentences(parts), ""), SUMMARY_LIMIT)


def list_sentences(parts: Sequence[MessagePart]) -> Iterator[str]:
    """Yield the sentences of the headlines, paragraphs and notes among some parts."""
    for part in parts:
        match part:
            case Headline(text):
                yield from _SENTENCE_END.split(text if text.endswith((".", "?", "!")) else f"{text}.")
            case Paragraph(text, lead):
                for line in f"{lead} {text}".strip().splitlines():
                    yield from _SENTENCE_END.split(line)
            case Note(text):
                yield from _SENTENCE_END.split(text)


def _render_text(parts: Sequence[MessagePart]) -> str:
    return "\n\n".join(text for part in parts if (text := _render_part(part)))


def _render_part(part: MessagePart) -> str:
    match part:
        case Headline(text):
            return text
        case Paragraph(text, lead):
            return f"{lead} {text}" if lead else text
        case Grid():
            return align_columns(part)
        case Details(title, parts, finding):
            heading = f"{title} ({finding})" if finding else title
            return "\n".join([f"— {heading}", *map(_render_part, parts)])
        case Note(text, code):
            return f"{text} `{code}`" if code else text
        case Button() | Chart() | Picker():
            return ""
