"""What follows from a supposition, as a message: before and after, points, and what it is worth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from bot.locale.translator import Translator
from bot.messages.kit.layout import render
from bot.messages.kit.message import Message
from bot.messages.kit.parts import Grid, Headline, Note, Paragraph, Part
from bot.messages.kit.provenance import count_excluded_accounts
from bot.messages.kit.sentences import (
    METRICS,
    count_accounts,
    format_points,
    format_ratio,
    format_short_ratio,
    format_signed_points,
    name_cut,
)
from core.errors import N_
from core.money import percent
from core.outlook.scenario import Effect, Scenario, yearly
from core.query.scenarios import Lose, Monthly, Reach, Scaled

_SUPPOSED: Mapping[str, str] = {
    "churn": N_("What if churn were {rate} a month"),
    "contraction": N_("What if contraction were {rate} a month"),
}
_FROM: Mapping[str, str] = {
    "churn": N_("What if churn went from {before} to {rate} a month"),
    "contraction": N_("What if contraction went from {before} to {rate} a month"),
}
_CHANGED: Mapping[str, str] = {
    "churn": N_("What if churn changed by {change}%"),
    "contraction": N_("What if contraction changed by {change}%"),
    "expansion": N_("What if expansion changed by {change}%"),
}
_MEASURED: Mapping[str, str] = {
    "churn": N_("churn took {share} of the MRR at the start over these twelve months, as {monthly} a month does."),
    "contraction": N_(
        "contraction took {share} of the MRR at the start over these twelve months, as {monthly} a month does."
    ),
}
LISTED = 10


def scenario_message(found: Scenario, translate: Translator) -> Message:
    """Return before and after, how that comes about, and what it is worth."""
    return render(list(_parts(found, translate)))


def _parts(found: Scenario, translate: Translator) -> Iterator[Part]:
    main, currency = found.main, found.ledger.currency
    yield Headline(
        translate(
            N_("{supposed}: {name} NRR {before} would be {after}"),
            supposed=_supposed(found, translate),
            name=name_cut(found.question.filters, translate),
            before=format_ratio(main.before.nrr, translate),
            after=format_ratio(main.after.nrr, translate),
        )
    )
    yield Paragraph(_worth(found, translate))
    headings = (
        translate(N_("of")),
        translate(N_("accounts")),
        translate(N_("NRR")),
        translate(N_("then")),
        translate(N_("points")),
        translate(N_("GRR")),
        translate(N_("then")),
        translate(N_("points")),
        translate(N_("MRR, change")),
    )

    def row(each: Effect) -> tuple[str, ...]:
        return (
            _whose(each, found, translate),
            translate.format_count(each.base),
            format_ratio(each.before.nrr, translate),
            format_ratio(each.after.nrr, translate),
            _points(each.nrr_points, translate),
            format_ratio(each.before.grr, translate),
            format_ratio(each.after.grr, translate),
            _points(each.grr_points, translate),
            translate.format_money(each.mrr, currency, signed=True),
        )

    yield Grid([headings, *map(row, found.effects)], "l" + "r" * 8, heading=True)
    yield from _compounding(found, translate)
    if found.measured and isinstance(found.supposition, Monthly):
        yield Paragraph(
            translate(
                _MEASURED[found.supposition.component],
                share=format_ratio(found.measured.share, translate),
                monthly=format_ratio(found.measured.monthly, translate),
            ),
            translate(N_("Measured:")),
        )
    if found.measured and found.measured.far:
        yield Paragraph(
            translate(
                N_(
                    "the rate that you start from is far from the measured one. NRR as measured is {nrr}; leave that "
                    "rate out to start from there."
                ),
                nrr=format_ratio(found.measured.nrr, translate),
            ),
            translate(N_("Careful:")),
        )
    yield Note(
        f"{_basis(found, translate)} {count_excluded_accounts(int(found.ledger.quarantined.sum()), translate)}".strip()
    )


def _supposed(found: Scenario, translate: Translator) -> str:
    match found.supposition:
        case Monthly(component, before, rate):
            if before is None:
                return translate(_SUPPOSED[component], rate=format_short_ratio(rate, translate))
            return translate(
                _FROM[component], before=format_short_ratio(before, translate), rate=format_short_ratio(rate, translate)
            )
        case Scaled(component, change):
            return translate(_CHANGED[component], change=format_signed_points(change, translate))
        case Reach(metric, value):
            return translate(
                N_("What if {metric} were {value}"),
                metric=translate(METRICS[metric]),
                value=format_short_ratio(value, translate),
            )
        case Lose():
            names = ", ".join(each.name for each in found.lost[:LISTED]) + ("…" if len(found.lost) > LISTED else "")
            return translate(N_("What if {names} left"), names=names)


def _worth(found: Scenario, translate: Translator) -> str:
    """Return what it is worth in MRR and ARR."""
    main, currency = found.main, found.ledger.currency
    if isinstance(found.supposition, Lose):
        said = translate(
            N_("At stake: {mrr} MRR, {arr} ARR, of {accounts}."),
            mrr=translate.format_money(found.stake, currency),
            arr=translate.format_money(12 * found.stake, currency),
            accounts=count_accounts(len(found.lost), translate),
        )
        outside = ", ".join(each.name for each in found.lost if not each.counted)
        if outside:
            said += " " + translate(
                N_("In no base shown here, so no ratio moves with it: {names}."),
                names=outside,
            )
        return said
    return translate(
        N_("Worth {mrr} MRR at the end of {month}, {arr} ARR."),
        mrr=translate.format_money(main.mrr, currency, signed=True),
        arr=translate.format_money(main.arr, currency, signed=True),
        month=main.window.end,
    )


def _compounding(found: Scenario, translate: Translator) -> Iterator[Part]:
    supposed = found.supposition
    if not isinstance(supposed, Monthly) or supposed.before is None:
        return
    kept = [1 - yearly(rate) for rate in (supposed.before, supposed.after)]
    yield Paragraph(
        translate(
            N_(
                "twelve months at {before} a month keep {kept_before}, at {after} they keep {kept_after}: {points} "
                "points of a year, not twelve times the difference ({naive})."
            ),
            before=format_short_ratio(supposed.before, translate),
            after=format_short_ratio(supposed.after, translate),
            kept_before=format_ratio(kept[0], translate),
            kept_after=format_ratio(kept[1], translate),
            points=format_signed_points(kept[1] - kept[0], translate),
            naive=format_points((supposed.before - supposed.after) * 12, translate),
        ),
        translate(N_("Compounded:")),
    )


def _points(value: Fraction | None, translate: Translator) -> str:
    return translate(N_("n/a")) if value is None else translate.format_signed_points(percent(value))


def _whose(each: Effect, found: Scenario, translate: Translator) -> str:
    name = name_cut(found.question.filters if each.scope == "cut" else (), translate)
    asked = each.window == found.question.period.window
    span = (
        translate.format_period(found.question.period)
        if asked
        else translate(N_("12 months to {month}"), month=each.window.end)
    )
    return f"{name}, {span}"


def _basis(found: Scenario, translate: Translator) -> str:
    """Return what was held still, and what the figures stand on."""
    match found.supposition:
        case Lose():
            said = [
                translate(N_("Recalculated with these accounts at 0 at the end of the window, nothing else changed."))
            ]
        case Reach("grr", _):
            said = [translate(N_("Churn and contraction change in proportion until GRR is that; expansion stays."))]
        case Reach():
            said = [translate(N_("Expansion changes until NRR is that; losses stay."))]
        case _:
            said = [translate(N_("The other components stay as they were measured."))]
    if found.ttm_reason:
        said.append(translate(N_("Twelve months: n/a, {reason}."), reason=translate.format_sentence(found.ttm_reason)))
    said.append(translate(N_("Data to {month}. A supposition, not a forecast."), month=found.ledger.last))
    return " ".join(said)
