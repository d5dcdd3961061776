"""Messages that carry no figures of retention: syncs, writes, problems, help."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from bot.locale.translator import Translator
from bot.messages.kit.layout import align_columns, render
from bot.messages.kit.message import Message
from bot.messages.kit.parts import Grid, Headline, Note, Paragraph, Part
from core.errors import N_
from sheets.problems import CODES, SEVERITIES, UNKNOWN, Problem, count

if TYPE_CHECKING:
    # For their types alone: an answer needs no reader of sheets.
    from core.store.store import Snapshot
    from sheets.ingest.sync import Changes, Synced
    from sheets.workbook.port import Noted, Written

SHOWN_VALUES = 12
SHOWN_DIMENSIONS = 10


def synced_text(synced: Synced, translate: Translator) -> str:
    """Return what a sync did: the data, what changed, the problems by code."""
    snapshot = synced.snapshot
    lines = [
        translate(
            N_("{name}: {accounts}, data through {month}, in {currency}."),
            name=snapshot.source_name,
            accounts=translate.plural(N_("{count} account"), N_("{count} accounts"), snapshot.accounts),
            month=snapshot.data_through,
            currency=snapshot.currency.code,
        ),
        _changed(synced, translate),
        *_columns(synced, translate),
    ]
    if restated := sum(len(each.figures) for each in synced.restatements):
        lines.append(
            translate.plural(
                N_("{count} figure of a closed period was restated; see nrrbot restatements."),
                N_("{count} figures of closed periods were restated; see nrrbot restatements."),
                restated,
            )
        )
    if not synced.problems:
        return "\n".join([*lines, translate(N_("No problems in the sheet."))])
    total = len(synced.problems)
    lines.append(translate.plural(N_("{count} problem in the sheet:"), N_("{count} problems in the sheet:"), total))
    rows = [
        (translate.integer(number), code, translate(SEVERITIES[CODES[code].severity]))
        for code, number in count(synced.problems).items()
    ]
    lines.append(align_columns(Grid(rows, "rll")))
    if synced.quarantined:
        lines.append(
            translate.plural(
                N_("{count} account is left out of every figure until its row is mended; see nrrbot problems."),
                N_("{count} accounts are left out of every figure until their rows are mended; see nrrbot problems."),
                synced.quarantined,
            )
        )
    return "\n".join(lines)


def data_message(snapshot: Snapshot, quarantined: int, translate: Translator) -> Message:
    """Return what the figures stand on: the workbook, its months, when it was read, its problems by code."""
    parts: list[Part] = [
        Headline(translate(N_("The data behind the figures"))),
        Paragraph(
            translate(
                N_("{name}: {accounts}, {first} to {month}, in {currency}. Synced {moment}, snapshot {id}."),
                name=snapshot.source_name,
                accounts=translate.plural(N_("{count} account"), N_("{count} accounts"), snapshot.accounts),
                first=snapshot.first,
                month=snapshot.data_through,
                currency=snapshot.currency.code,
                moment=translate.moment(snapshot.checked_at),
                id=snapshot.id,
            )
        ),
    ]
    if not snapshot.problems:
        return render([*parts, Paragraph(translate(N_("No problems in the sheet.")))])
    counts = sorted(snapshot.problems.items(), key=lambda each: -each[1])
    rows = [
        (code, translate(SEVERITIES[CODES.get(code, UNKNOWN).severity]), translate.integer(number))
        for code, number in counts
    ]
    headings = (translate(N_("problem")), translate(N_("severity")), translate(N_("cells")))
    parts.append(Grid([headings, *rows], "llr", heading=True))
    said = [translate(N_("The tab NRR Problems says where each of them is and how to mend it."))]
    if quarantined:
        said.insert(
            0,
            translate.plural(
                N_("{count} account is left out of every figure for errors."),
                N_("{count} accounts are left out of every figure for errors."),
                quarantined,
            ),
        )
    return render([*parts, Note(" ".join(said))])


def data_json(snapshot: Snapshot, quarantined: int) -> dict[str, object]:
    """Return the same as JSON."""
    return {
        "workbook": snapshot.source_name,
        "accounts": snapshot.accounts,
        "quarantined": quarantined,
        "first_month": str(snapshot.first),
        "data_through": str(snapshot.data_through),
        "currency": snapshot.currency.code,
        "snapshot": {
            "id": snapshot.id,
            "synced_at": f"{snapshot.checked_at:%Y-%m-%dT%H:%M:%SZ}",
            "source_version": snapshot.source_version,
        },
        "problems": dict(snapshot.problems),
    }


def _changed(synced: Synced, translate: Translator) -> str:
    if not synced.changed:
        return translate(N_("Nothing changed since snapshot {id}."), id=synced.snapshot.id)
    if synced.changes is None:
        return translate(N_("Snapshot {id}, the first of this workbook."), id=synced.snapshot.id)
    return translate(
        N_("Snapshot {id}. Since the one before: {changes}."),
        id=synced.snapshot.id,
        changes=translate.names(_changes(synced.changes, translate)),
    )


def _columns(synced: Synced, translate: Translator) -> list[str]:
    """Return a line for the columns that appeared; those that vanished are problems."""
    appeared = synced.columns.appeared
    if not appeared:
        return []
    named = [translate(N_("{heading} ({tab})"), heading=heading, tab=tab) for tab, heading in appeared]
    listed = _some(named, SHOWN_VALUES, translate)
    return [
        translate.plural(N_("New column: {columns}."), N_("New columns: {columns}."), len(appeared), columns=listed)
    ]


def _changes(changes: Changes, translate: Translator) -> list[str]:
    said = []
    if changes.arrived:
        said.append(translate.plural(N_("{count} account more"), N_("{count} accounts more"), changes.arrived))
    if changes.gone:
        said.append(translate.plural(N_("{count} account gone"), N_("{count} accounts gone"), changes.gone))
    if changes.months:
        said.append(translate.plural(N_("{count} month more"), N_("{count} months more"), changes.months))
    if changes.amounts:
        said.append(translate.plural(N_("{count} amount changed"), N_("{count} amounts changed"), changes.amounts))
    return said or [translate(N_("no amount, but segments or problems changed"))]


def written_text(written: Written, translate: Translator) -> str:
    """Return what a write did, and what it left alone."""
    lines = []
    if written.tabs:
        lines.append(translate(N_("Wrote {tabs} to {place}."), tabs=translate.names(written.tabs), place=written.place))
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
    return "\n".join(lines + _noted(written.noted, translate))


def made_text(made: Written, translate: Translator) -> str:
    """Return which input tabs were made in a Google Sheet, and which were there already."""
    lines = [translate(N_("Made the tab {title} in {place}."), title=title, place=made.place) for title in made.tabs]
    lines += [
        translate(N_("The tab {title} was there already and was left as it is."), title=title) for title in made.refused
    ]
    return "\n".join(lines)


def _noted(noted: Noted, translate: Translator) -> list[str]:
    """Return a line for each thing that became of the notes on cells."""
    lines = [translate.sentence(noted.why)] if noted.why else []
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


def problem_json(problem: Problem, translate: Translator) -> dict[str, object]:
    """Return a problem as `nrrbot problems --json` gives it."""
    code = problem.kind
    return {
        "code": problem.code,
        "severity": problem.severity,
        "tab": problem.tab,
        "cell": problem.cell,
        "account": problem.account or None,
        "found": problem.found,
        "expected": translate(code.expected, **problem.values),
        "mend": translate(code.mend, **problem.values),
        "link": problem.link or None,
    }


def problems_text(problems: Sequence[Problem], translate: Translator) -> str:
    """Return every problem in a sentence or two, and its code, severity and link below; errors first."""
    if not problems:
        return translate(N_("No problems in the sheet."))
    return "\n\n".join(
        "\n  ".join((problem_text(problem, translate), _labels(problem, translate)))
        for problem in sorted(problems, key=lambda problem: problem.severity)
    )


def _labels(problem: Problem, translate: Translator) -> str:
    """Return what finds a problem again: its code, its severity, the address of its cell where it has one."""
    return "  ".join(filter(None, (problem.code, translate(SEVERITIES[problem.severity]), problem.link)))


def problem_text(problem: Problem, translate: Translator) -> str:
    """Return one problem: where, what stood there, what was expected, how to mend it."""
    code = problem.kind
    mend = translate(code.mend, **problem.values)
    expected = translate(code.expected, **problem.values)
    if not problem.found:
        return translate(
            N_("{place}: {expected} was expected. {mend}"), place=problem.place, expected=expected, mend=mend
        )
    return translate(
        N_('{place}: "{found}" was expected to be {expected}. {mend}'),
        place=problem.place,
        found=problem.found,
        expected=expected,
        mend=mend,
    )


def help_message(
    commands: Sequence[tuple[Sequence[str], str]], values: Mapping[str, Sequence[str]], translate: Translator
) -> Message:
    """Return what can be asked: examples, sub-commands, and the segments that this workbook has.

    Args:
        commands: of each sub-command its words, English first, and what it does.
        values: heading of a dimension -> its values, the most asked for first.
        translate: the reader's language.

    """
    spoken = 0 if translate.language == "en" else 1
    examples = [
        ("/nrr", translate(N_("the whole company, last complete quarter and twelve months"))),
        (translate(N_("/nrr enterprise Q3")), translate(N_("one segment, one quarter"))),
        (translate(N_("/grr industry=fintech 2025-H1")), translate(N_("any column of Customers; GRR first"))),
        (
            translate(N_("/nrr Q3 vs Q2")),
            translate(N_("two periods or two segments, and what explains the difference")),
        ),
        (translate(N_("/nrr FY25")), translate(N_("a fiscal year; also 2025, Sept. 2025, TTM, YTD, last quarter"))),
        *((f"/nrr {names[min(spoken, len(names) - 1)]}", translate(summary)) for names, summary in commands),
    ]
    named = [(heading, names) for heading, names in values.items() if names]
    lines = [
        translate(N_("{heading}: {values}"), heading=translate(heading), values=_some(names, SHOWN_VALUES, translate))
        for heading, names in named[:SHOWN_DIMENSIONS]
    ]
    if len(named) > SHOWN_DIMENSIONS:
        rest = [translate(heading) for heading, _ in named[SHOWN_DIMENSIONS:]]
        lines.append(translate(N_("Also by: {headings}"), headings=_some(rest, SHOWN_VALUES, translate)))
    return render(
        [
            Headline(translate(N_("What you can ask"))),
            Grid(examples, "ll"),
            *([Paragraph("\n".join(lines))] if lines else []),
            Note(
                translate(N_("Answers are for you alone until you share them. English and French are both understood."))
            ),
        ]
    )


def _some(items: Sequence[str], most: int, translate: Translator) -> str:
    return ", ".join([*(_short(item) for item in items[:most]), "…"]) if len(items) > most else translate.names(items)


def _short(text: str, limit: int = 40) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
