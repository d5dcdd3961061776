"""What follows from a supposition, as a message: before and after, points, and what it is worth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from bot.locale.translator import Words
from bot.messages.kit.layout import Grid, Headline, Note, Paragraph, Part, render
from bot.messages.kit.message import Message
from bot.messages.kit.sentences import METRICS, accounts, distance, limit, points, ratio, skipped, subject
from core.errors import N_
from core.money import percent
from core.outlook.scenario import Effect, WhatIf, yearly
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


def whatif_message(found: WhatIf, words: Words) -> Message:
    """Return before and after, how that comes about, and what it is worth."""
    return render(list(_parts(found, words)))


def _parts(found: WhatIf, words: Words) -> Iterator[Part]:
    main, currency = found.main, found.ledger.currency
    yield Headline(
        words(
            N_("{supposed}: {name} NRR {before} would be {after}"),
            supposed=_supposed(found, words),
            name=subject(found.question.filters, words),
            before=ratio(main.before.nrr, words),
            after=ratio(main.after.nrr, words),
        )
    )
    yield Paragraph(_worth(found, words))
    headings = (
        words(N_("of")),
        words(N_("accounts")),
        words(N_("NRR")),
        words(N_("then")),
        words(N_("points")),
        words(N_("GRR")),
        words(N_("then")),
        words(N_("points")),
        words(N_("MRR, change")),
    )

    def row(each: Effect) -> tuple[str, ...]:
        return (
            _whose(each, found, words),
            words.integer(each.base),
            ratio(each.before.nrr, words),
            ratio(each.after.nrr, words),
            _points(each.nrr_points, words),
            ratio(each.before.grr, words),
            ratio(each.after.grr, words),
            _points(each.grr_points, words),
            words.money(each.mrr, currency, signed=True),
        )

    yield Grid([headings, *map(row, found.effects)], "l" + "r" * 8, heading=True)
    yield from _compounding(found, words)
    if found.measured and isinstance(found.supposition, Monthly):
        yield Paragraph(
            words(
                _MEASURED[found.supposition.component],
                share=ratio(found.measured.share, words),
                monthly=ratio(found.measured.monthly, words),
            ),
            words(N_("Measured:")),
        )
    if found.measured and found.measured.far:
        yield Paragraph(
            words(
                N_(
                    "the rate that you start from is far from the measured one. NRR as measured is {nrr}; leave that "
                    "rate out to start from there."
                ),
                nrr=ratio(found.measured.nrr, words),
            ),
            words(N_("Careful:")),
        )
    yield Note(f"{_basis(found, words)} {skipped(int(found.ledger.quarantined.sum()), words)}".strip())


def _supposed(found: WhatIf, words: Words) -> str:
    match found.supposition:
        case Monthly(component, before, rate):
            if before is None:
                return words(_SUPPOSED[component], rate=limit(rate, words))
            return words(_FROM[component], before=limit(before, words), rate=limit(rate, words))
        case Scaled(component, change):
            return words(_CHANGED[component], change=points(change, words))
        case Reach(metric, value):
            return words(N_("What if {metric} were {value}"), metric=words(METRICS[metric]), value=limit(value, words))
        case Lose():
            names = ", ".join(each.name for each in found.lost[:LISTED]) + ("…" if len(found.lost) > LISTED else "")
            return words(N_("What if {names} left"), names=names)


def _worth(found: WhatIf, words: Words) -> str:
    """Return what it is worth in MRR and ARR."""
    main, currency = found.main, found.ledger.currency
    if isinstance(found.supposition, Lose):
        said = words(
            N_("At stake: {mrr} MRR, {arr} ARR, of {accounts}."),
            mrr=words.money(found.stake, currency),
            arr=words.money(12 * found.stake, currency),
            accounts=accounts(len(found.lost), words),
        )
        outside = ", ".join(each.name for each in found.lost if not each.counted)
        if outside:
            said += " " + words(
                N_("In no base shown here, so no ratio moves with it: {names}."),
                names=outside,
            )
        return said
    return words(
        N_("Worth {mrr} MRR at the end of {month}, {arr} ARR."),
        mrr=words.money(main.mrr, currency, signed=True),
        arr=words.money(main.arr, currency, signed=True),
        month=main.window.end,
    )


def _compounding(found: WhatIf, words: Words) -> Iterator[Part]:
    supposed = found.supposition
    if not isinstance(supposed, Monthly) or supposed.before is None:
        return
    kept = [1 - yearly(rate) for rate in (supposed.before, supposed.after)]
    yield Paragraph(
        words(
            N_(
                "twelve months at {before} a month keep {kept_before}, at {after} they keep {kept_after}: {points} "
                "points of a year, not twelve times the difference ({naive})."
            ),
            before=limit(supposed.before, words),
            after=limit(supposed.after, words),
            kept_before=ratio(kept[0], words),
            kept_after=ratio(kept[1], words),
            points=points(kept[1] - kept[0], words),
            naive=distance((supposed.before - supposed.after) * 12, words),
        ),
        words(N_("Compounded:")),
    )


def _points(value: Fraction | None, words: Words) -> str:
    return words(N_("n/a")) if value is None else words.points(percent(value))


def _whose(each: Effect, found: WhatIf, words: Words) -> str:
    name = subject(found.question.filters if each.scope == "cut" else (), words)
    asked = each.window == found.question.period.window
    span = words.period(found.question.period) if asked else words(N_("12 months to {month}"), month=each.window.end)
    return f"{name}, {span}"


def _basis(found: WhatIf, words: Words) -> str:
    """Return what was held still, and what the figures stand on."""
    match found.supposition:
        case Lose():
            said = [words(N_("Recalculated with these accounts at 0 at the end of the window, nothing else changed."))]
        case Reach("grr", _):
            said = [words(N_("Churn and contraction change in proportion until GRR is that; expansion stays."))]
        case Reach():
            said = [words(N_("Expansion changes until NRR is that; losses stay."))]
        case _:
            said = [words(N_("The other components stay as they were measured."))]
    if found.ttm_reason:
        said.append(words(N_("Twelve months: n/a, {reason}."), reason=words.sentence(found.ttm_reason)))
    said.append(words(N_("Data to {month}. A supposition, not a forecast."), month=found.ledger.last))
    return " ".join(said)
