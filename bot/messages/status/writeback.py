"""The results of a write into a workbook, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.locale.translator import Translator
from core.errors import N_

if TYPE_CHECKING:
    # For their types alone: an answer needs no reader of sheets.
    from sheets.workbook.port import NotesResult, WriteResult


def describe_write(result: WriteResult, translate: Translator) -> str:
    """Return the tabs that were written, and those that were left unchanged."""
    lines = []
    if result.is_unchanged:
        lines.append(translate(N_("Nothing was written to {place}: its tabs are up to date."), place=result.location))
    if result.tabs:
        lines.append(
            translate(N_("Wrote {tabs} to {place}."), tabs=translate.format_list(result.tabs), place=result.location)
        )
    if result.reason:
        lines.append(translate.format_sentence(result.reason))
    lines += [
        translate(
            N_("The tab {title} was not changed, as nrrbot did not create it. Rename it to free the name."), title=title
        )
        for title in result.refused
    ]
    return "\n".join([*lines, *_describe_notes(result.notes, translate), *_describe_answers(result, translate)])


def describe_created_tabs(result: WriteResult, translate: Translator) -> str:
    """Return the input tabs that were created in a Google Sheet, and those that existed already."""
    lines = [
        translate(N_("Created the tab {title} in {place}."), title=title, place=result.location)
        for title in result.tabs
    ]
    lines += [
        translate(N_("The tab {title} exists already and was not changed."), title=title) for title in result.refused
    ]
    return "\n".join(lines)


def _describe_answers(result: WriteResult, translate: Translator) -> list[str]:
    """Return how many questions of NRR Ask were answered, or why none could be."""
    if result.ask_reason:
        return [translate.format_sentence(result.ask_reason)]
    if not result.answered:
        return []
    return [
        translate.plural(
            N_("{count} question in the tab NRR Ask was answered."),
            N_("{count} questions in the tab NRR Ask were answered."),
            result.answered,
        )
    ]


def _describe_notes(notes: NotesResult, translate: Translator) -> list[str]:
    """Return a line for each result of writing the notes on cells: present, removed, blocked, over the limit."""
    lines = [translate.format_sentence(notes.reason)] if notes.reason else []
    if notes.present:
        lines.append(
            translate.plural(
                N_("{count} cell has an nrrbot note."), N_("{count} cells have an nrrbot note."), notes.present
            )
        )
    if notes.removed:
        lines.append(
            translate.plural(
                N_("{count} nrrbot note was removed."),
                N_("{count} nrrbot notes were removed."),
                notes.removed,
            )
        )
    if notes.blocked:
        lines.append(
            translate.plural(
                N_("{count} cell has no nrrbot note: it has another note already, or it is protected."),
                N_("{count} cells have no nrrbot note: they have another note already, or they are protected."),
                notes.blocked,
            )
        )
    if notes.over_limit:
        lines.append(
            translate.plural(
                N_("{count} more cell has no nrrbot note, as there are too many: see the tab NRR Problems."),
                N_("{count} more cells have no nrrbot note, as there are too many: see the tab NRR Problems."),
                notes.over_limit,
            )
        )
    return lines
