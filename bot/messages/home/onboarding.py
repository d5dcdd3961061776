"""App Home before the first figures: the steps to them, the next one with its link."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from bot.locale.translator import Translator
from bot.messages.freshness.unreadable import NO_VALUE
from bot.messages.kit.parts import Button, Headline, MessagePart, Paragraph, Place
from core.errors import N_

Step = Literal["name", "share", "read"]

_NEW_SHEET = "https://sheets.new"


def list_onboarding_parts(
    step: Step, failure: str, sheet: str, *, can_sync: bool, translate: Translator
) -> Iterator[MessagePart]:
    """Yield the parts of App Home of an installation that has read nothing yet.

    Args:
        step: the step that is next.
        failure: why the sheet could not be read, and how to fix it; empty where it was not tried.
        sheet: the address of the Google Sheet of the config; empty without one.
        can_sync: whether the reader may have the sheet read.
        translate: the reader's language.

    """
    yield Headline(translate(N_("Three steps to the first answer")))
    steps = ("name", "share", "read")
    texts = {"name": _name_sheet(translate), "share": _share_sheet(failure, sheet, translate), "read": _read(translate)}
    for number, name in enumerate(steps, 1):
        is_done = steps.index(step) >= number
        lead = f"{number}. ✓" if is_done else f"{number}."
        part = texts[name]
        yield Paragraph(part.text, lead, spans=() if is_done else part.spans)
    if step == "read" and can_sync:
        yield Button(translate(N_("Read it now")), "read", NO_VALUE)
    yield Paragraph(translate(N_("{command} lists the questions that can be asked."), command="/nrr help"))


def list_warehouse_parts(*, can_sync: bool, translate: Translator) -> Iterator[MessagePart]:
    """Yield the parts of App Home of an installation that has not read its warehouse yet.

    Args:
        can_sync: whether the reader may have it read.
        translate: the reader's language.

    """
    yield Headline(translate(N_("The first answer comes from your warehouse")))
    # Why it cannot be read is in the words of a driver, for the command line.
    yield Paragraph(
        translate(
            N_(
                "nrrbot starts to read it within a minute; many accounts take longer. Where this page "
                "stays as it is, nrrbot doctor says why."
            )
        )
    )
    if can_sync:
        yield Button(translate(N_("Read it now")), "read", NO_VALUE)
    yield Paragraph(translate(N_("{command} lists the questions that can be asked."), command="/nrr help"))


def _name_sheet(translate: Translator) -> Paragraph:
    word = translate(N_("A new sheet"))
    return Paragraph(
        translate(
            N_(
                "Who runs nrrbot names the sheet with your accounts and their MRR in the config, as workbook.google. "
                "{new}: one row for each account, one column for each month."
            ),
            new=word,
        ),
        spans=[Place(word, _NEW_SHEET)],
    )


def _share_sheet(failure: str, sheet: str, translate: Translator) -> Paragraph:
    word = translate(N_("The sheet"))
    text = translate(N_("{sheet} is shared with nrrbot's address, as Editor."), sheet=word)
    return Paragraph(f"{text} {failure}".strip(), spans=[Place(word, sheet)] if sheet else ())


def _read(translate: Translator) -> Paragraph:
    return Paragraph(translate(N_("nrrbot reads it within a minute. Then this page has the first answer.")))
