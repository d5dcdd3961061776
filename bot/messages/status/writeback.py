"""What was written into a workbook, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.locale.translator import Translator
from core.errors import N_

if TYPE_CHECKING:
    # For their types alone: an answer needs no reader of sheets.
    from sheets.workbook.port import Noted, Written


def written_text(written: Written, translate: Translator) -> str:
    """Return what a write did, and what it left alone."""
    lines = []
    if written.tabs:
        lines.append(
            translate(N_("Wrote {tabs} to {place}."), tabs=translate.format_list(written.tabs), place=written.place)
        )
    if written.aside:
        lines.append(
            translate(
                N_("The workbook itself was left as it is: writing it would lose formulas' values, charts or the like.")
            )
        )
    lines += [
        translate(N_("The tab {title} was left as it is: nrrbot did not make it. Rename it to make room."), title=title)
        for title in written.refused
    ]
    return "\n".join(lines + _describe_notes(written.noted, translate))


def made_text(made: Written, translate: Translator) -> str:
    """Return which input tabs were made in a Google Sheet, and which were there already."""
    lines = [translate(N_("Made the tab {title} in {place}."), title=title, place=made.place) for title in made.tabs]
    lines += [
        translate(N_("The tab {title} was there already and was left as it is."), title=title) for title in made.refused
    ]
    return "\n".join(lines)


def _describe_notes(noted: Noted, translate: Translator) -> list[str]:
    """Return a line for each thing that became of the notes on cells."""
    lines = [translate.format_sentence(noted.why)] if noted.why else []
    if noted.standing:
        lines.append(
            translate.plural(
                N_("{count} cell has a note of nrrbot."), N_("{count} cells have a note of nrrbot."), noted.standing
            )
        )
    if noted.removed:
        lines.append(
            translate.plural(
                N_("{count} note of nrrbot was taken away."),
                N_("{count} notes of nrrbot were taken away."),
                noted.removed,
            )
        )
    if noted.kept:
        lines.append(
            translate.plural(
                N_("{count} cell goes without: somebody's own note stands there, or it may not be edited."),
                N_("{count} cells go without: somebody's own note stands there, or they may not be edited."),
                noted.kept,
            )
        )
    if noted.over:
        lines.append(
            translate.plural(
                N_("{count} cell more goes without, as there are so many: see NRR Problems."),
                N_("{count} cells more go without, as there are so many: see NRR Problems."),
                noted.over,
            )
        )
    return lines
