"""The sheet's own totals against the accounts, cell by cell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING, Any

from bot.locale.translator import Translator
from core.errors import N_
from sheets.problems import CODES

if TYPE_CHECKING:
    # For its type alone: an answer needs no reader of sheets.
    from sheets.checks.sheet_totals import Difference, Part, Reconciliation

# More equal totals than this of one tab are one line; of more differences than that the first are listed.
_FEW_TOTALS, _FEW_DIFFERENCES = 3, 12

_FEW_PARTS = 5

_PARTS: Mapping[str, str] = {
    "text": N_("the text in {part}"),
    "row": N_("the amount of {part}"),
    "no_account": N_("the amount in {part}, which is of no account"),
    "close": N_("the MRR of {part}"),
    "new": N_("the new MRR of {part}"),
    "reactivation": N_("the reactivation of {part}"),
    "expansion": N_("the expansion of {part}"),
    "contraction": N_("the contraction of {part}"),
    "churn": N_("the churn of {part}"),
}
_FIGURES: Mapping[str, str] = {
    "accounts": N_("the sum of the accounts"),
    "months": N_("the sum of the months"),
    "last_month": N_("the last month"),
    "close": N_("the accounts at the close"),
    "opening": N_("the accounts at the close before"),
    "net": N_("the net change of the accounts"),
    "new": N_("the gain from new accounts"),
    "reactivation": N_("the gain from accounts that are back"),
    "expansion": N_("the gain from accounts that stay"),
    "contraction": N_("the loss from accounts that stay"),
    "churn": N_("the loss from accounts that leave"),
}


def describe_reconciliations(totals: Sequence[Reconciliation], translate: Translator) -> Iterator[str]:
    """Yield the lines of each total: the number of cells that are equal, then each cell that differs, and the reason.

    Many totals of one tab that are all equal are one line.
    """
    for (tab, figure, is_equal), group in groupby(
        totals, lambda total: (total.tab, total.figure, not total.differences)
    ):
        members = list(group)
        if is_equal and len(members) > _FEW_TOTALS:
            first, last = members[0], members[-1]
            yield translate(
                N_("{place} “{label}” to {last} “{other}” ({figure}): {count} totals, equal in all cells."),
                place=f"{tab}!{first.cell}",
                label=first.label,
                last=last.cell,
                other=last.label,
                figure=translate(_FIGURES[figure]),
                count=translate.format_count(len(members)),
            )
            continue
        for total in members:
            yield from _describe_reconciliation(total, translate)


def _describe_reconciliation(total: Reconciliation, translate: Translator) -> Iterator[str]:
    equal = total.cells - len(total.differences)
    values = {
        "place": f"{total.tab}!{total.cell}",
        "label": total.label,
        "figure": translate(_FIGURES[total.figure]),
        "count": translate.format_count(total.cells),
    }
    if not total.differences:
        yield translate(N_("{place} “{label}” ({figure}): equal in all {count} cells."), **values)
        return
    yield translate(
        N_("{place} “{label}” ({figure}): {equal} of {count} cells are equal."),
        equal=translate.format_count(equal),
        **values,
    )
    for gap in total.differences[:_FEW_DIFFERENCES]:
        yield "  " + _describe_difference(gap, translate)
    more = len(total.differences) - _FEW_DIFFERENCES
    if more > 0:
        yield "  " + translate(N_("and {count} more"), count=translate.format_count(more))
    count = translate.format_count(len(total.differences))
    yield "  " + translate(CODES[total.cause.code].fix, **{**dict(total.cause.values), "count": count})


def _describe_difference(gap: Difference, translate: Translator) -> str:
    template = N_("{period} ({cell}): {theirs} in the sheet, {ours} here")
    if gap.parts:
        template = N_("{period} ({cell}): {theirs} in the sheet, {ours} here; the difference is {parts}")
    if gap.parts and gap.factor > 1:
        template = N_("{period} ({cell}): {theirs} in the sheet, {ours} here; the difference is 12 times {parts}")
    parts = [_describe_part(part, translate) for part in gap.parts[:_FEW_PARTS]]
    more = len(gap.parts) - len(parts)
    return translate(
        template,
        period=gap.period or gap.account,
        cell=gap.cell,
        theirs=_shorten(gap.theirs),
        ours=_shorten(gap.ours),
        parts=" + ".join((*parts, translate.format_count(more)) if more else parts),
    )


def _describe_part(part: Part, translate: Translator) -> str:
    text = translate(_PARTS[part.kind], part=str(part))
    return translate(N_("{part} in {month}"), part=text, month=part.month) if part.month else text


def _shorten(amount: Decimal) -> Decimal:
    """Return an amount without decimals that are all 0."""
    whole = amount.to_integral_value()
    return whole if amount == whole else amount


def build_reconciliation_json(total: Reconciliation) -> dict[str, Any]:
    """Return a reconciliation as JSON; amounts in the unit of the sheet."""
    return {
        "tab": total.tab,
        "cell": total.cell,
        "label": total.label,
        "figure": total.figure,
        "cells": total.cells,
        "differences": list(map(_build_difference_json, total.differences)),
        "code": total.cause.code if total.differences else None,
        "cause": dict(total.cause.values) if total.differences else {},
    }


def _build_difference_json(gap: Difference) -> dict[str, Any]:
    return {
        "period": gap.period.label if gap.period else None,
        "account": gap.account or None,
        "cell": gap.cell,
        "sheet": f"{gap.theirs:f}",
        "accounts": f"{gap.ours:f}",
        "parts": [
            {
                "kind": part.kind,
                "cell": part.place or None,
                "account": part.account or None,
                "name": part.name or None,
                "month": str(part.month) if part.month else None,
            }
            for part in gap.parts
        ],
    }
