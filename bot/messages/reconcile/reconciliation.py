"""A figure of someone else, the definition that gives it, and the accounts that make the difference, as a message."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from bot.locale.translator import Translator
from bot.messages.kit.layout import render
from bot.messages.kit.limits import shorten
from bot.messages.kit.message import Message
from bot.messages.kit.parts import Grid, Headline, MessagePart, Note, Paragraph
from bot.messages.kit.provenance import build_origin_caution, describe_cut_exclusions, describe_usage_months
from bot.messages.kit.sentences import METRIC_LABELS, NAME_LIMIT, name_cut
from core.errors import N_
from core.money import Currency
from core.months import Period
from core.reconcile.reconciliation import Candidate, Difference, Reconciliation

_LISTED_ACCOUNTS = 5
_LISTED_DEFINITIONS = 3
_DEFINITION_LIMIT = 28


def build_reconciliation_message(report: Reconciliation, translate: Translator) -> Message:
    """Return the definition that gives the figure and what sets it apart from ours; else the nearest ones."""
    return render(list(_build_parts(report, translate)))


def _build_parts(report: Reconciliation, translate: Translator) -> Iterator[MessagePart]:
    if report.matches:
        yield from _build_match(report, report.matches[0], translate)
    elif report.nearest:
        yield from _build_nearest(report, translate)
    else:
        yield Headline(
            translate(
                N_("{cut}: nothing to compare with {figure}, as no account of it paid at the start"),
                cut=name_cut(report.request.question.filters, translate),
                figure=_format_figure(report, translate),
            )
        )
    yield from build_origin_caution(report.origin, translate)
    notes = " ".join(filter(None, _write_notes(report, translate)))
    if notes:
        yield Note(notes)


def _build_match(report: Reconciliation, match: Candidate, translate: Translator) -> Iterator[MessagePart]:
    values = {
        "cut": name_cut(report.request.question.filters, translate),
        "period": match.period,
        "figure": _format_figure(report, translate),
        "metric": translate(METRIC_LABELS[match.metric]),
        "definition": translate(match.definition.name),
        "ours": _format_ratio(report, match.ours, translate),
    }
    template = (
        N_("{cut}, {period}: {figure} is our own {metric}")
        if match.is_ours
        else N_("{cut}, {period}: {figure} by another definition of {metric} ({definition}); ours is {ours}")
    )
    yield Headline(translate(template, **values))
    sentences = list(_explain_match(report, match, translate))
    if sentences:
        yield Paragraph(" ".join(sentences))
    if report.difference and report.difference.accounts:
        yield _build_accounts_grid(report.difference, report.segments.ledger.currency, translate)
    others = list(_name_others(report, translate))
    if others:
        yield Paragraph(" ".join(others))


def _explain_match(report: Reconciliation, match: Candidate, translate: Translator) -> Iterator[str]:
    difference, currency = report.difference, report.segments.ledger.currency
    if report.request.in_period and match.period.window != report.request.question.period.window:
        yield from _write_own_ratio(report, translate)
    if match.is_ours:
        return
    yield translate(match.definition.counts)
    if match.definition.publisher:
        yield translate(N_("{publisher} publishes it this way."), publisher=match.definition.publisher)
    if difference is None:
        yield translate(N_("It is not made of amounts of accounts, so no account makes the difference."))
        return
    yield translate.plural(
        N_(
            "{count} account makes the difference: {kept} of {starting}, where ours keeps {our_kept} of {our_starting}."
        ),
        N_(
            "{count} accounts make the difference: {kept} of {starting}, where ours keeps {our_kept} of {our_starting}."
        ),
        len(difference.accounts),
        kept=translate.format_money(difference.kept + difference.kept_change, currency),
        starting=translate.format_money(difference.starting + difference.starting_change, currency),
        our_kept=translate.format_money(difference.kept, currency),
        our_starting=translate.format_money(difference.starting, currency),
    )


def _write_own_ratio(report: Reconciliation, translate: Translator) -> Iterator[str]:
    question = report.request.question
    if report.own is not None:
        metric, ours = translate(METRIC_LABELS[question.metric]), _format_ratio(report, report.own, translate)
        template = N_("Our {metric} of {period} is {ours}.")
        yield translate(template, period=question.period, metric=metric, ours=ours)


def _build_accounts_grid(difference: Difference, currency: Currency, translate: Translator) -> Grid:
    """Return the accounts with the largest effect, the others together, and the sum."""
    listed, others = difference.accounts[:_LISTED_ACCOUNTS], difference.accounts[_LISTED_ACCOUNTS:]
    amounts = [(account.starting, account.kept) for account in listed]
    labels = [shorten(account.name, NAME_LIMIT) for account in listed]
    if others:
        labels.append(translate.plural(N_("{count} other account"), N_("{count} other accounts"), len(others)))
        amounts.append((sum(account.starting for account in others), sum(account.kept for account in others)))
    labels.append(translate(N_("difference")))
    amounts.append((difference.starting_change, difference.kept_change))
    has_starting = any(account.starting for account in difference.accounts)
    cents = any(amount % currency.unit for pair in amounts for amount in pair)

    def format_cells(starting: int, kept: int) -> Sequence[str]:
        cells = (starting, kept) if has_starting else (kept,)
        return [translate.format_money(amount, currency, cents=cents, signed=True) for amount in cells]

    headings = [translate(N_("theirs less ours")), *([translate(N_("MRR at the start"))] if has_starting else [])]
    headings.append(translate(N_("MRR kept")))
    rows = [[label, *format_cells(*pair)] for label, pair in zip(labels, amounts, strict=True)]
    return Grid([headings, *rows], "l" + "r" * (len(headings) - 1), heading=True)


def _name_others(report: Reconciliation, translate: Translator) -> Iterator[str]:
    """Yield the other definitions that give the figure."""
    first, *others = report.matches
    if first.equals:
        names = [translate(definition.name) for definition in first.equals]
        yield translate(N_("The same on this ledger: {definitions}."), definitions=_list_names(names, translate))
    if others:
        names = [_name_candidate(candidate, translate) for candidate in others]
        figure, definitions = _format_figure(report, translate), _list_names(names, translate)
        yield translate(N_("Also {figure}: {definitions}."), figure=figure, definitions=definitions)
    if others and not report.request.decimals:
        yield translate(N_("With a decimal, fewer definitions would give it."))


def _list_names(names: Sequence[str], translate: Translator) -> str:
    more = len(names) - _LISTED_DEFINITIONS
    listed = list(names[:_LISTED_DEFINITIONS])
    if more > 0:
        listed.append(translate.plural(N_("{count} more"), N_("{count} more"), more))
    return translate.format_list(listed)


def _name_candidate(candidate: Candidate, translate: Translator) -> str:
    return translate(
        N_("{definition} ({metric}, {period})"),
        definition=translate(candidate.definition.name),
        metric=translate(METRIC_LABELS[candidate.metric]),
        period=candidate.period,
    )


def _build_nearest(report: Reconciliation, translate: Translator) -> Iterator[MessagePart]:
    nearest = report.nearest[0]
    yield Headline(
        translate(
            N_("{cut}: no definition I know gives {figure}; the nearest gives {nearest}"),
            cut=name_cut(report.request.question.filters, translate),
            figure=_format_figure(report, translate),
            nearest=_format_ratio(report, nearest.ratio, translate),
        )
    )
    sentences = list(_write_own_ratio(report, translate))
    if sentences:
        yield Paragraph(" ".join(sentences))
    headings = [N_("nearest definition"), N_("period"), N_("figure"), N_("points away")]
    rows = [
        [
            shorten(translate(candidate.definition.name), _DEFINITION_LIMIT),
            _shorten_period(candidate.period, translate),
            f"{translate(METRIC_LABELS[candidate.metric])} {_format_ratio(report, candidate.ratio, translate)}",
            translate.format_signed_points(report.measure_distance(candidate)),
        ]
        for candidate in report.nearest
    ]
    yield Grid([[translate(heading) for heading in headings], *rows], "llrr", heading=True)


def _shorten_period(period: Period, translate: Translator) -> str:
    if period.kind not in {"ttm", "range"}:
        return translate.format_period(period)
    month = translate.format_short_month(period.window.end)
    return translate.plural(
        N_("{count} month to {month}"), N_("{count} months to {month}"), period.window.months, month=month
    )


def _write_notes(report: Reconciliation, translate: Translator) -> Iterator[str]:
    request = report.request
    yield describe_cut_exclusions(report.segments, request.question, translate)
    yield describe_usage_months(report.segments.ledger.usage_months, translate)
    if not report.tried:
        return
    yield translate.plural(
        N_("Tried: {count} definition, over {periods}."),
        N_("Tried: {count} definitions and periods, over {periods}."),
        report.tried,
        periods=translate.format_list(map(translate.format_period, report.periods)),
    )
    if not report.matches:
        yield translate(N_("Not tried: retention by subscription or product, as the lines of an account are added up."))


def _format_figure(report: Reconciliation, translate: Translator) -> str:
    return translate.format_exact_percent(report.request.percent)


def _format_ratio(report: Reconciliation, ratio: Fraction, translate: Translator) -> str:
    return translate.format_exact_percent(report.request.round(ratio, 1))
