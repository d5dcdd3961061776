"""Restatements as text, as JSON and as sentences of a digest: the figures, their values, the accounts behind them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from bot.locale.translator import Translator
from bot.messages.kit.columns import align_columns
from bot.messages.kit.parts import Grid
from bot.messages.kit.sentences import METRIC_LABELS, count_accounts, format_ratio, name_value, shorten_name
from core.errors import N_
from core.metrics.restatements import PROGRAM, Cause, Cell, Restated, Restatement, period_of
from core.metrics.retention import Bridge
from core.months import Calendar, Period
from core.reports.answer_json import build_window_json

# Longer lists are cut in the text; the JSON has all.
FIGURES = 30
NAMED = 5


def list_restatements(
    restatements: Sequence[Restatement], headings: Mapping[str, str], calendar: Calendar, translate: Translator
) -> str:
    """Return every restatement, the newest first: its time, cause, accounts and changed figures."""
    if not restatements:
        return translate(N_("No figure of a closed period was restated."))
    return "\n\n".join(
        _describe_restatement(restatement, headings, calendar, translate) for restatement in reversed(restatements)
    )


def _describe_restatement(
    restatement: Restatement, headings: Mapping[str, str], calendar: Calendar, translate: Translator
) -> str:
    lines = [
        translate(
            N_("{moment}, snapshot {id}: {cause}."),
            moment=restatement.found_at,
            id=restatement.snapshots[1],
            cause=describe_cause([restatement], translate),
        )
    ]
    lines += [f"  {_describe_account(cause, headings, translate)}" for cause in restatement.causes[:FIGURES]]
    if (more := restatement.accounts - len(restatement.causes[:FIGURES])) > 0:
        lines.append("  " + translate.plural(N_("and {count} more account"), N_("and {count} more accounts"), more))
    visible = (figure for figure in restatement.figures if figure.is_visible)
    seen = sorted(visible, key=lambda figure: _sort_key(figure, calendar))
    if seen:
        lines += ["", align_columns(_build_grid(seen[:FIGURES], headings, calendar, translate))]
    if more := len(restatement.figures) - len(seen[:FIGURES]):
        lines.append(
            translate.plural(
                N_("{count} more figure changed, its ratios by less than is shown or further down; --json has it."),
                N_(
                    "{count} more figures changed, their ratios by less than is shown or further down; --json has them."
                ),
                more,
            )
        )
    return "\n".join(lines)


def _sort_key(figure: Restated, calendar: Calendar) -> tuple[bool, int, int]:
    """Sort the whole company first, then quarters before twelve months and months, then the latest first."""
    kind = period_of(figure.cell.window, calendar).kind
    place = ("quarter", "ttm", "month", "range").index(kind)
    return figure.cell.dimension is not None, place, -figure.cell.window.end.ordinal


def _build_grid(
    figures: Iterable[Restated], headings: Mapping[str, str], calendar: Calendar, translate: Translator
) -> Grid:
    rows = [
        (translate(N_("Period")), translate(N_("Segment")), translate(N_("NRR")), "", translate(N_("GRR")), ""),
        *(
            (
                translate.format_period(period_of(figure.cell.window, calendar)),
                _name_cell(figure.cell, headings, translate),
                format_ratio(figure.before.nrr, translate),
                "→ " + format_ratio(figure.after.nrr, translate),
                format_ratio(figure.before.grr, translate),
                "→ " + format_ratio(figure.after.grr, translate),
            )
            for figure in figures
        ),
    ]
    return Grid(rows, "llrrrr", heading=True)


def _name_cell(cell: Cell, headings: Mapping[str, str], translate: Translator) -> str:
    if cell.dimension is None or cell.value is None:
        return translate(N_("Whole company"))
    name = name_value(cell.dimension, cell.value, translate)
    return translate(
        N_("{heading} {value}"), heading=translate(headings.get(cell.dimension, cell.dimension)), value=name
    )


def _describe_account(account: Cause, headings: Mapping[str, str], translate: Translator) -> str:
    """Return an account's changes: `Acme (MRR row 14): March 2025 €1,000 → €900`."""
    changes = [
        f"{translate.format_short_month(edit.month)} {translate.format_money(edit.before, account.currency)} → "
        f"{translate.format_money(edit.after, account.currency)}"
        for edit in account.edits[:NAMED]
    ]
    if len(account.edits) > NAMED:
        changes.append("…")
    changes += [
        f"{translate(headings.get(move.dimension, move.dimension))} "
        f"{move.before or translate(N_('Unassigned'))} → {move.after or translate(N_('Unassigned'))}"
        for move in account.moves
    ]
    if account.left_out == (True, False):
        changes.append(translate(N_("counts again")))
    if account.left_out == (False, True):
        changes.append(translate(N_("left out now")))
    name = shorten_name(account.name)
    if account.name != account.id:
        name = f"{name}, {account.id}"
    place = f" ({account.tab}, {translate(N_('row {row}'), row=account.row)})" if account.row else ""
    text = ", ".join(changes) or translate(N_("another month of it, or a rate, changed how it counts"))
    return translate(N_("{account}: {changes}"), account=name + place, changes=text)


def describe_cause(restatements: Sequence[Restatement], translate: Translator, *, sees_names: bool = True) -> str:
    """Return the causes of restatements: the settings, rows and segments that were changed.

    Args:
        restatements: the restatements.
        translate: the reader's language.
        sees_names: whether accounts are named, or counted.

    """
    changed = {key for restatement in restatements for key in restatement.settings}
    settings = sorted(changed - {PROGRAM})
    culprits = list({account.id: account for restatement in restatements for account in restatement.causes}.values())
    # The list of a large restatement is cut: its own count is then the larger one.
    accounts = max([len(culprits), *(restatement.accounts for restatement in restatements)])
    edited = [account for account in culprits if account.edits]
    changes = [translate(N_("nrrbot was updated"))] if PROGRAM in changed else []
    if settings:
        changes.append(
            translate.plural(
                N_("the setting {keys} was changed"),
                N_("the settings {keys} were changed"),
                len(settings),
                keys=translate.format_list(settings),
            )
        )
    if accounts > len(culprits):
        changes.append(
            translate.plural(N_("{count} account was changed"), N_("{count} accounts were changed"), accounts)
        )
    elif edited:
        changes += [
            _describe_rows(tab, [account for account in edited if account.tab == tab], translate)
            for tab in _list_tabs(edited)
        ]
    for template, accounts_of_cause in (
        (N_("the segment of {names} was changed"), [account for account in culprits if account.moves]),
        (
            N_("{names} left out for a problem in the sheet"),
            [account for account in culprits if account.left_out == (False, True)],
        ),
        (N_("{names} counting again"), [account for account in culprits if account.left_out == (True, False)]),
    ):
        if accounts_of_cause and accounts == len(culprits):
            count = count_accounts(len(accounts_of_cause), translate)
            names = _list_names(accounts_of_cause, translate) if sees_names else count
            changes.append(translate(template, names=names))
    return translate.format_list(changes) if changes else translate(N_("rows of the data were changed"))


def _list_tabs(culprits: Iterable[Cause]) -> list[str]:
    return list(dict.fromkeys(account.tab for account in culprits))


def _describe_rows(tab: str, culprits: Sequence[Cause], translate: Translator) -> str:
    numbers = sorted(account.row for account in culprits if account.row)
    if not numbers or len(culprits) > 2 * NAMED:
        return translate.plural(
            N_("the rows of {count} account of {tab} were changed"),
            N_("the rows of {count} accounts of {tab} were changed"),
            len(culprits),
            tab=tab,
        )
    return translate.plural(
        N_("{count} row of {tab} was changed (row {rows})"),
        N_("{count} rows of {tab} were changed (rows {rows})"),
        len(culprits),
        tab=tab,
        rows=", ".join(map(str, numbers)),
    )


def _list_names(culprits: Sequence[Cause], translate: Translator) -> str:
    names = [shorten_name(account.name) for account in culprits[:NAMED]]
    more = len(culprits) - len(names)
    return translate.format_list(
        [*names, translate.plural(N_("{count} more"), N_("{count} more"), more)] if more else names
    )


def build_restatement_json(restatement: Restatement, calendar: Calendar) -> dict[str, object]:
    """Return a restatement as `nrrbot restatements --json` gives it: money in minor units, ratios with one decimal."""
    before, after = restatement.currencies
    return {
        "found_at": restatement.found_at.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "snapshot": {"before": restatement.snapshots[0], "after": restatement.snapshots[1]},
        "cause": "sheet"
        if not restatement.settings
        else "update"
        if {PROGRAM} == {*restatement.settings}
        else "config",
        "settings": {key: {"before": old, "after": new} for key, (old, new) in restatement.settings.items()},
        "accounts_total": restatement.accounts,
        "accounts": [
            {
                "account": account.id,
                "name": account.name,
                "tab": account.tab,
                "row": account.row or None,
                "currency": account.currency.code,
                "minor_units": account.currency.exponent,
                "mrr": [
                    {"month": str(edit.month), "before": edit.before, "after": edit.after} for edit in account.edits
                ],
                "moved": [
                    {"dimension": move.dimension, "before": move.before or None, "after": move.after or None}
                    for move in account.moves
                ],
                "left_out": {"before": account.left_out[0], "after": account.left_out[1]},
            }
            for account in restatement.causes
        ],
        "figures": [
            {
                "dimension": figure.cell.dimension,
                "value": figure.cell.value,
                "period": period_of(figure.cell.window, calendar).label,
                "window_months": figure.cell.window.months,
                "recorded_with": figure.recorded,
                "before": {"currency": before.code, **_build_window_json(figure.before)},
                "after": {"currency": after.code, **_build_window_json(figure.after)},
                "accounts_total": figure.accounts,
                "accounts": list(figure.largest),
            }
            for figure in restatement.figures
        ],
    }


def _name_cause(settings: Collection[str]) -> str:
    if not settings:
        return "sheet"
    return "update" if set(settings) == {PROGRAM} else "config"


def _build_window_json(bridge: Bridge) -> dict[str, object]:
    return dict(build_window_json(bridge, nrr=bridge.nrr, grr=bridge.grr))


def describe_restated_figures(
    restated: Sequence[tuple[Period, Restated]], restatements: Sequence[Restatement], translate: Translator
) -> str:
    """Return the restatements for a digest: the most important figure in a sentence, then the others in short.

    Args:
        restated: the headline figures, the most important first; may be empty.
        restatements: the restatements behind them, at least one.
        translate: the reader's language.

    """
    cause = describe_cause(restatements, translate)
    if not restated:
        return translate(
            N_("Closed periods were restated, no headline figure by 0.1 points or more: {cause}."), cause=cause
        )
    first, *other_figures = restated
    text = translate(
        N_("{subject} was restated from {before} to {after}: {cause}."),
        subject=_name_figure(first, translate),
        before=_format_changed_ratios(first[1], first[1].before, translate),
        after=_format_changed_ratios(first[1], first[1].after, translate),
        cause=cause,
    )
    if not other_figures:
        return text
    listed = [
        f"{_name_figure((period, figure), translate)} {_format_changed_ratios(figure, figure.before, translate)} → "
        f"{_format_changed_ratios(figure, figure.after, translate)}"
        for period, figure in other_figures[:NAMED]
    ]
    if (more := len(other_figures) - NAMED) > 0:
        listed.append(translate.plural(N_("{count} more"), N_("{count} more"), more))
    return text + " " + translate(N_("Also {figures}."), figures="; ".join(listed))


def _name_figure(pair: tuple[Period, Restated], translate: Translator) -> str:
    period, figure = pair
    name = translate.format_period(period)
    if figure.cell.dimension is None or figure.cell.value is None:
        return name
    return f"{name_value(figure.cell.dimension, figure.cell.value, translate)}, {name}"


def _format_changed_ratios(figure: Restated, bridge: Bridge, translate: Translator) -> str:
    """Return the ratios of `bridge` that the restatement changed."""
    return ", ".join(
        f"{translate(METRIC_LABELS[name])} {format_ratio(getattr(bridge, name), translate)}"
        for name in ("nrr", "grr")
        if getattr(figure.before, name) != getattr(figure.after, name)
    )
