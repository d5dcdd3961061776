"""The test of the signs of risk, as a message."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from bot.locale.translator import Translator
from bot.messages.kit.layout import render
from bot.messages.kit.message import Message
from bot.messages.kit.parts import Grid, Headline, MessagePart, Note, Paragraph
from bot.messages.kit.provenance import describe_reservations
from bot.messages.kit.sentences import count_accounts, count_months, format_interval, format_ratio
from core.errors import N_
from core.metrics.uncertainty import Lift
from core.money import to_percent
from core.months import Month
from core.outlook.signs import LossCount, Reason, SignReport, SignTest
from core.thresholds import SignalThresholds

# Code of a sign -> its name in the table; the placeholders are thresholds.
_NAMES: Mapping[str, str] = {
    "low_adoption": N_("use below {share}"),
    "falling_mrr": N_("MRR fell at {count} closes"),
    "low_nps": N_("NPS up to {number}"),
    "red_health": N_("red health"),
    "open_complaints": N_("open complaints"),
    "renewal_at_risk": N_("renewal and a sign"),
}
_REASONS: Mapping[Reason, str] = {
    "no_data": N_("{signs} (no data in the sheet)"),
    "no_history": N_("{signs} (kept since {month} only, {months} missing)"),
    "no_contrast": N_("{signs} (no account differed)"),
}

_NOT_KEPT = N_("{signs} (not kept yet, {months} missing)")


def build_signs_message(report: SignReport, translate: Translator) -> Message:
    """Return the signs that predict losses here first, then those that do not, then those that cannot be tested yet."""
    return render(list(_build_parts(report, translate)))


def _build_parts(report: SignReport, translate: Translator) -> Iterator[MessagePart]:
    tested = [test for test in report.tests if test.lift]
    yield Headline(_write_headline(tested, report, translate))
    if report.expected_loss is not None:
        yield Paragraph(_describe_expected_loss(report, report.expected_loss, translate), translate(N_("At risk:")))
    if tested:
        yield _build_grid(tested, report, translate)
    doubtful = [_name_sign(test, report.thresholds, translate) for test in tested if not test.predicts]
    if doubtful:
        yield Paragraph(f"{', '.join(doubtful)}.", translate(N_("Not shown to predict here:")))
    untested = [test for test in report.tests if not test.lift]
    if untested:
        yield Paragraph(_list_untested(untested, report, translate), translate(N_("Not tested:")))
    yield _write_note(report, translate)


def _write_headline(tested: list[SignTest], report: SignReport, translate: Translator) -> str:
    names = [_name_sign(test, report.thresholds, translate) for test in tested if test.predicts]
    if not tested:
        return translate(N_("No sign of leaving can be tested on this history yet"))
    if not names:
        return translate.plural(
            N_("{count} sign of leaving tested: it is not shown to predict who leaves here"),
            N_("{count} signs of leaving tested: none is shown to predict who leaves here"),
            len(tested),
        )
    return translate.plural(
        N_("Signs that predict who leaves here: {names} ({predicting} of {count} tested)"),
        N_("Signs that predict who leaves here: {names} ({predicting} of {count} tested)"),
        len(tested),
        predicting=translate.format_count(len(names)),
        names=", ".join(names),
    )


def _name_sign(test: SignTest, thresholds: SignalThresholds, translate: Translator) -> str:
    return translate(
        _NAMES[test.code],
        share=translate.format_short_percent(to_percent(Fraction(thresholds.adoption_low, 100))),
        count=thresholds.falling_months,
        number=thresholds.nps_low,
    )


def _describe_expected_loss(report: SignReport, expected_loss: int, translate: Translator) -> str:
    currency = report.segments.ledger.currency
    return translate(
        N_("{accounts}, {mrr} of MRR; the expected loss is {loss} of it within {months}, at the rate of each sign."),
        accounts=count_accounts(report.accounts, translate),
        mrr=translate.format_short_money(report.mrr, currency),
        loss=translate.format_short_money(expected_loss, currency),
        months=count_months(report.months, translate),
    )


def _build_grid(tested: list[SignTest], report: SignReport, translate: Translator) -> Grid:
    headings = [translate(heading) for heading in (N_("sign"), N_("lost with it"), N_("lost without it"), N_("lift"))]
    rows = [
        [
            _name_sign(test, report.thresholds, translate),
            _describe_count(test.having, translate),
            _describe_count(test.lacking, translate),
            _describe_lift(test.lift, translate),
        ]
        for test in tested
        if test.lift
    ]
    return Grid([headings, *rows], "llll", heading=True)


def _describe_count(count: LossCount, translate: Translator) -> str:
    interval = count.interval
    return translate(
        N_("{rate} of {accounts} ({range})"),
        rate=format_ratio(count.rate, translate),
        accounts=translate.format_count(count.accounts),
        range=format_interval(interval, translate) if interval else "",
    )


def _describe_lift(lift: Lift, translate: Translator) -> str:
    value, low, high = (
        translate.format_decimal(to_percent(edge / 100)) for edge in (lift.value, lift.interval.low, lift.interval.high)
    )
    return f"{value} ({low}–{high})"


def _list_untested(untested: list[SignTest], report: SignReport, translate: Translator) -> str:
    """Return the signs that are not tested, by the reason."""
    names_by_reason: dict[tuple[str, Month | None, int], list[str]] = {}
    for test in untested:
        template = _NOT_KEPT if test.reason == "no_history" and not test.since else _REASONS[test.reason or "no_data"]
        names = names_by_reason.setdefault((template, test.since, test.months_missing), [])
        names.append(_name_sign(test, report.thresholds, translate))
    reasons = (
        translate(template, month=since, months=count_months(missing, translate), signs=", ".join(names))
        for (template, since, missing), names in names_by_reason.items()
    )
    return f"{', '.join(reasons)}."


def _write_note(report: SignReport, translate: Translator) -> Note:
    ledger, sentences = report.segments.ledger, []
    if report.rates:
        sentences.append(
            translate.plural(
                N_(
                    "Lost: paid at the start of a window of {months} and not at its end; {count} window from {first} "
                    "to {last}, in which {rate} of {accounts} were lost. Lift: how many times more often accounts "
                    "with the sign were lost. Ranges: 95%."
                ),
                N_(
                    "Lost: paid at the start of a window of {months} and not at its end; {count} windows from {first} "
                    "to {last}, in which {rate} of {accounts} were lost. Lift: how many times more often accounts "
                    "with the sign were lost. Ranges: 95%."
                ),
                len(report.windows),
                months=count_months(report.months, translate),
                first=report.windows[-1].start,
                last=report.windows[0].end,
                rate=format_ratio(report.base.rate, translate),
                accounts=count_accounts(report.base.accounts, translate),
            )
        )
    sentences.append(translate(N_("Data to {month}."), month=ledger.last))
    sentences.append(describe_reservations(ledger, report.origin, int(ledger.accounts.excluded.sum()), translate))
    return Note(" ".join(filter(None, sentences)))
