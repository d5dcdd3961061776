"""The test of the signs of risk, as a message."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.locale.translator import Translator
from bot.messages.advice.sign_tests import build_sign_grid, list_doubtful_signs, name_sign
from bot.messages.kit.layout import render
from bot.messages.kit.message import Message
from bot.messages.kit.parts import Headline, MessagePart, Note, Paragraph
from bot.messages.kit.provenance import describe_reservations
from bot.messages.kit.sentences import count_accounts, count_months, format_ratio
from core.advice.sign_tests import Reason, SignTest
from core.errors import N_
from core.months import Month
from core.outlook.signs import SignReport

_REASONS: Mapping[Reason, str] = {
    "no_data": N_("{signs} (no data in the sheet)"),
    "no_history": N_("{signs} (kept since {month} only, {months} missing)"),
    "no_contrast": N_("{signs} (no account differed)"),
    "never_kept": N_("{signs} (past snapshots do not have the ends of lines)"),
}

_NOT_KEPT = N_("{signs} (not kept yet, {months} missing)")


def build_signs_message(report: SignReport, translate: Translator) -> Message:
    """Return the signs that predict losses here first, then those that do not, then those that cannot be tested yet."""
    return render(list(_build_parts(report, translate)))


def _build_parts(report: SignReport, translate: Translator) -> Iterator[MessagePart]:
    measured = report.measured
    yield Headline(_write_headline(report, translate))
    if report.expected_loss is not None:
        yield Paragraph(_describe_expected_loss(report, report.expected_loss, translate), translate(N_("At risk:")))
    if measured.tested:
        yield build_sign_grid(measured, report.thresholds, translate)
    doubtful = list_doubtful_signs(measured, report.thresholds, translate)
    if doubtful:
        yield Paragraph(doubtful, translate(N_("Not shown to predict here:")))
    untested = [test for test in measured.tests if not test.lift]
    if untested:
        yield Paragraph(_list_untested(untested, report, translate), translate(N_("Not tested:")))
    yield _write_note(report, translate)


def _write_headline(report: SignReport, translate: Translator) -> str:
    tested = report.measured.tested
    names = [name_sign(test.code, report.thresholds, translate) for test in tested if test.predicts]
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


def _describe_expected_loss(report: SignReport, expected_loss: int, translate: Translator) -> str:
    currency = report.segments.ledger.currency
    return translate(
        N_("{accounts}, {mrr} of MRR; the expected loss is {loss} of it within {months}, at the rate of each sign."),
        accounts=count_accounts(report.accounts, translate),
        mrr=translate.format_short_money(report.mrr, currency),
        loss=translate.format_short_money(expected_loss, currency),
        months=count_months(report.measured.months, translate),
    )


def _list_untested(untested: list[SignTest], report: SignReport, translate: Translator) -> str:
    """Return the signs that are not tested, by the reason."""
    names_by_reason: dict[tuple[str, Month | None, int], list[str]] = {}
    for test in untested:
        template = _NOT_KEPT if test.reason == "no_history" and not test.since else _REASONS[test.reason or "no_data"]
        names = names_by_reason.setdefault((template, test.since, test.months_missing), [])
        names.append(name_sign(test.code, report.thresholds, translate))
    reasons = (
        translate(template, month=since, months=count_months(missing, translate), signs=", ".join(names))
        for (template, since, missing), names in names_by_reason.items()
    )
    return f"{', '.join(reasons)}."


def _write_note(report: SignReport, translate: Translator) -> Note:
    ledger, sentences = report.segments.ledger, []
    if report.measured.tested:
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
                len(report.measured.windows),
                months=count_months(report.measured.months, translate),
                first=report.measured.windows[-1].start,
                last=report.measured.windows[0].end,
                rate=format_ratio(report.measured.base.rate, translate),
                accounts=count_accounts(report.measured.base.accounts, translate),
            )
        )
    sentences.append(translate(N_("Data to {month}."), month=ledger.last))
    sentences.append(describe_reservations(ledger, report.origin, int(ledger.accounts.excluded.sum()), translate))
    return Note(" ".join(filter(None, sentences)))
