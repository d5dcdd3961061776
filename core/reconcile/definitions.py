"""The definitions of NRR and GRR in use, in one literal table: the plainest first, our own before all others.

Each counts one cut in one window. s is the MRR of an account at the start, e its MRR at the end, both at the exchange
rates of the start; "base" are the accounts with s > 0.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from math import prod

import numpy as np

from core.errors import N_
from core.ledger.arrays import Panel
from core.ledger.lines import keep_products
from core.money import compute_ratio
from core.reconcile.counting import CutWindow, Tally
from core.terms import Metric

YEAR = 12
_QUARTERS_OF_YEAR = (0, 3, 6, 9)

Count = Tally | Fraction | None


@dataclass(frozen=True, slots=True)
class Definition:
    """A definition of retention.

    Attributes:
        key: its name in the JSON.
        name: what sets it apart from ours, a noun phrase.
        counts: what it counts, a sentence.
        formula: the formula, for the docs and the JSON.
        metrics: the ratios that it defines.
        count: (cut, ratio) -> the amounts of each account where they add up to the ratio, else the ratio itself;
            None where it says nothing about the cut or needs closes that the sheet does not have.
        publisher: who publishes it so; empty where no publisher is known, as of a slip.
        page: the figure that they publish, and where its definition is.

    """

    key: str
    name: str
    counts: str
    formula: str
    metrics: tuple[Metric, ...]
    count: Callable[[CutWindow, Metric], Count]
    publisher: str = ""
    page: str = ""


def keep(metric: Metric, start: Panel, end: Panel) -> Panel:
    """Return (accounts,) the MRR that the base kept: e for NRR, the smaller of s and e for GRR."""
    return end * (start > 0) if metric == "nrr" else np.minimum(start, end)


def count_base(cut: CutWindow, metric: Metric) -> Tally:
    """Count as we do: the base at the end (core.metrics.retention)."""
    start, end = cut.own_closes
    return Tally(start, keep(metric, start, end))


def _count_as_billed(cut: CutWindow, metric: Metric) -> Count:
    if not cut.ledger.find_usage_accounts(cut.window.start).size:
        return None
    return Tally(cut.start, keep(metric, cut.start, cut.end))


def _ignore_contraction(cut: CutWindow, metric: Metric) -> Tally:
    stayed = cut.start * (cut.end > 0)
    return Tally(cut.start, np.maximum(stayed, keep(metric, cut.start, cut.end)))


def _count_who_stayed(cut: CutWindow, metric: Metric) -> Tally:
    start = cut.start * (cut.end > 0)
    return Tally(start, keep(metric, start, cut.end))


def _count_won_back(cut: CutWindow, _: Metric) -> Tally:
    return Tally(cut.start, cut.end * cut.paid_before)


def _count_everyone(cut: CutWindow, _: Metric) -> Tally:
    return Tally(cut.start, cut.end)


def _count_logos(cut: CutWindow, _: Metric) -> Count:
    base = cut.start > 0
    return compute_ratio(int(np.count_nonzero(base & (cut.end > 0))), int(np.count_nonzero(base)))


def _take_minimum_of_totals(cut: CutWindow, _: Metric) -> Tally:
    end = keep("nrr", cut.start, cut.end)
    return Tally(cut.start, end if end.sum() < cut.start.sum() else cut.start)


def _count_movements(cut: CutWindow, metric: Metric) -> Tally:
    # Every change but the first MRR ever adds up to the MRR at the end less that first MRR.
    kept = cut.end - cut.first_amounts if metric == "nrr" else cut.start - cut.path.lost
    return Tally(cut.start, kept)


def _count_movements_without_returns(cut: CutWindow, _: Metric) -> Tally:
    return Tally(cut.start, cut.end - cut.first_amounts - cut.path.won_back)


def _count_losses_of_base(cut: CutWindow, _: Metric) -> Tally:
    return Tally(cut.start, (cut.start - cut.path.lost) * (cut.start > 0))


def _count_returned_as_lost(cut: CutWindow, metric: Metric) -> Tally:
    return Tally(cut.start, keep(metric, cut.start, cut.end * ~cut.path.was_gone))


def _multiply_months(cut: CutWindow, metric: Metric) -> Count:
    ratios = cut.list_monthly_ratios(metric)
    return prod(ratios, start=Fraction(1)) if ratios else None


def _average_months(cut: CutWindow, metric: Metric) -> Count:
    ratios = cut.list_monthly_ratios(metric)
    return sum(ratios, Fraction(0)) / len(ratios) if ratios else None


def _add_up_months(cut: CutWindow, metric: Metric) -> Count:
    ratios = cut.list_monthly_ratios(metric)
    return 1 + sum((ratio - 1 for ratio in ratios), Fraction(0)) if ratios else None


def _compound_to_year(cut: CutWindow, metric: Metric) -> Count:
    times, rest = divmod(YEAR, cut.window.months)
    ratio = count_base(cut, metric).ratio
    return None if ratio is None or rest or times == 1 else ratio**times


def _multiply_to_year(cut: CutWindow, metric: Metric) -> Count:
    ratio = count_base(cut, metric).ratio
    if ratio is None or cut.window.months >= YEAR:
        return None
    return 1 + (ratio - 1) * Fraction(YEAR, cut.window.months)


def _average_quarters(cut: CutWindow, metric: Metric) -> Count:
    if cut.window.months != YEAR:
        return None
    years = [year for months in _QUARTERS_OF_YEAR if (year := cut.shift(-months, -months))]
    ratios = [ratio for year in years if (ratio := count_base(year, metric).ratio) is not None]
    return sum(ratios, Fraction(0)) / len(ratios) if len(ratios) == len(_QUARTERS_OF_YEAR) else None


def _convert_each_close(cut: CutWindow, metric: Metric) -> Count:
    if not cut.ledger.currencies.foreign:
        return None
    return Tally(cut.start, keep(metric, cut.start, cut.end_at_end))


def _convert_at_end(cut: CutWindow, metric: Metric) -> Count:
    if not cut.ledger.currencies.foreign:
        return None
    start = cut.ledger.mrr(cut.window.start, cut.window.end) * cut.members
    return Tally(start, keep(metric, start, cut.end_at_end))


def _segment_at_end(cut: CutWindow, metric: Metric) -> Count:
    if not cut.filters:
        return None
    # An account that left keeps the segment that it had.
    members = np.where(cut.end_of_all > 0, cut.members_at_end, cut.members)
    start = cut.start_of_all * members
    return Tally(start, keep(metric, start, cut.end_of_all * members))


def _segment_at_each_close(cut: CutWindow, _: Metric) -> Count:
    if not cut.filters:
        return None
    return Tally(cut.start, cut.end_of_all * (cut.members_at_end & (cut.start_of_all > 0)))


def _count_excluded(cut: CutWindow, metric: Metric) -> Count:
    members = cut.selected & ~cut.ledger.accounts.unpriced
    if not (members & cut.ledger.accounts.excluded).any():
        return None
    start = cut.start_of_all * members
    return Tally(start, keep(metric, start, cut.end_of_all * members))


def _count_products(cut: CutWindow, metric: Metric) -> Count:
    ledger, window = cut.ledger, cut.window
    if ledger.lines is None or not ledger.lines.has_products:
        return None
    products = keep_products(ledger.lines, window, ledger.accounts.count)
    own_start, own_end = ledger.read_own_mrr(window.start), ledger.read_own_mrr(window.end)
    # Where the lines are not the whole MRR, the account counts as one.
    is_whole = (products.starting == own_start) & (products.ending == own_end)
    own = np.where(is_whole, products.net if metric == "nrr" else products.gross, keep(metric, own_start, own_end))
    index = np.arange(ledger.accounts.count)
    return Tally(cut.start, ledger.currencies.convert(own, window.start, index) * cut.members)


def _count_shifted(start: int, end: int) -> Callable[[CutWindow, Metric], Count]:
    def count(cut: CutWindow, metric: Metric) -> Count:
        shifted = cut.shift(start, end)
        return count_base(shifted, metric) if shifted else None

    return count


_BOTH: tuple[Metric, ...] = ("nrr", "grr")

DEFINITIONS = (
    Definition(
        "cohort",
        N_("our own definition"),
        N_("The accounts that paid at the start, at their end, minimum account by account for GRR."),
        "NRR = sum of e / sum of s; GRR = sum of min(s, e) / sum of s",
        _BOTH,
        count_base,
        "PostHog",
        "net and gross dollar retention: posthog.com/handbook/growth/revops/retention-metrics",
    ),
    Definition(
        "as_billed",
        N_("usage as billed"),
        N_("Accounts priced by usage count with the MRR of each close, not with a mean of months."),
        "as ours, with s and e as they are at the two closes",
        _BOTH,
        _count_as_billed,
    ),
    Definition(
        "contraction_ignored",
        N_("contraction ignored"),
        N_("Only accounts that left are a loss; those that pay less are not."),
        "sum of max(s, e), for GRR of s, where e > 0 / sum of s",
        _BOTH,
        _ignore_contraction,
        "Baremetrics",
        "net revenue retention: changelog.baremetrics.com/new-metric-net-revenue-retention-2BOJIA",
    ),
    Definition(
        "reactivation_counted",
        N_("reactivated customers counted"),
        N_("Customers that had left before the start and pay again at the end count as a gain."),
        "sum of e of the base and of accounts that paid before it / sum of s",
        ("nrr",),
        _count_won_back,
    ),
    Definition(
        "new_counted",
        N_("new customers counted"),
        N_("All MRR of the end, that of new customers too: growth, not retention."),
        "sum of e of all accounts / sum of s",
        ("nrr",),
        _count_everyone,
    ),
    Definition(
        "stayed_only",
        N_("only customers that stayed"),
        N_("Customers that left are on neither side."),
        "sum of e / sum of s, both where s > 0 and e > 0",
        ("nrr",),
        _count_who_stayed,
        "Fastly",
        "dollar-based net expansion rate: softwarestackinvesting.com/why-i-like-high-dbners",
    ),
    Definition(
        "logos",
        N_("logo retention"),
        N_("It counts accounts, not their MRR."),
        "accounts with s > 0 and e > 0 / accounts with s > 0",
        _BOTH,
        _count_logos,
    ),
    Definition(
        "minimum_of_totals",
        N_("minimum taken on the totals"),
        N_("Growth of one account hides the loss of another."),
        "min(sum of s, sum of e of the base) / sum of s",
        ("grr",),
        _take_minimum_of_totals,
    ),
    Definition(
        "movements",
        N_("monthly movements of all customers"),
        N_("Every monthly change counts, that of customers won after the start too, but not their first MRR."),
        "(sum of s + expansion + reactivation - contraction - churn) / sum of s; GRR without the gains",
        _BOTH,
        _count_movements,
        "ChartMogul",
        "net and gross MRR churn rate: help.chartmogul.com/hc/en-us/articles/203359341",
    ),
    Definition(
        "movements_without_reactivation",
        N_("monthly movements without reactivation"),
        N_("As monthly movements, but customers that come back are no gain."),
        "(sum of s + expansion - contraction - churn) / sum of s",
        ("nrr",),
        _count_movements_without_returns,
    ),
    Definition(
        "losses_of_base",
        N_("every monthly loss of the base"),
        N_("A loss counts although the account has made it up by the end."),
        "(sum of s - monthly contraction and churn of the base) / sum of s",
        ("grr",),
        _count_losses_of_base,
    ),
    Definition(
        "returned_as_lost",
        N_("customers that left and came back counted as lost"),
        N_("An account without MRR at a close in between is lost, whatever it pays at the end."),
        "as ours, with e = 0 where a close in between has no MRR of the account",
        _BOTH,
        _count_returned_as_lost,
    ),
    Definition(
        "compounded",
        N_("monthly ratios multiplied"),
        N_("Each month has a new base, customers won meanwhile included, and the ratios are multiplied."),
        "product of the monthly ratios",
        _BOTH,
        _multiply_months,
    ),
    Definition(
        "averaged",
        N_("average of the monthly ratios"),
        N_("It is the retention of a month, not of the period."),
        "sum of the monthly ratios / their number",
        _BOTH,
        _average_months,
    ),
    Definition(
        "added_up",
        N_("monthly rates added up"),
        N_("The monthly gains and losses, each as a share of its month, are added up."),
        "1 + sum of (monthly ratio - 1)",
        _BOTH,
        _add_up_months,
        "ChartMogul",
        "MRR churn rate by the Shopify formula, which adds up days: help.chartmogul.com/hc/en-us/articles/203359341",
    ),
    Definition(
        "annualised",
        N_("annualised by compounding"),
        N_("As if the whole year went like this period."),
        "our ratio to the power of 12 / months",
        _BOTH,
        _compound_to_year,
    ),
    Definition(
        "annualised_linearly",
        N_("annualised by multiplying"),
        N_("The gain or loss of the period times the number of such periods in a year."),
        "1 + (our ratio - 1) x 12 / months",
        _BOTH,
        _multiply_to_year,
    ),
    Definition(
        "quarters_averaged",
        N_("four yearly ratios averaged"),
        N_("The yearly ratios at this close and at those 3, 6 and 9 months before, averaged."),
        "sum of four twelve-month ratios / 4",
        _BOTH,
        _average_quarters,
        "Alteryx",
        "dollar-based net expansion rate: discussion.fool.com/t/alteryx-reports-earnings/52730",
    ),
    Definition(
        "moving_rates",
        N_("each close at its own exchange rates"),
        N_("A rate that moves counts as expansion or contraction."),
        "as ours, with e at the rates of the end",
        _BOTH,
        _convert_each_close,
    ),
    Definition(
        "end_rates",
        N_("both closes at the exchange rates of the end"),
        N_("Constant currency as well, at the later rates."),
        "as ours, with s and e at the rates of the end",
        _BOTH,
        _convert_at_end,
    ),
    Definition(
        "segment_at_end",
        N_("segments of the end instead of the start"),
        N_("Accounts count where they are at the end; those that left keep the segment they had."),
        "as ours, over the accounts that are in the cut at the end",
        _BOTH,
        _segment_at_end,
    ),
    Definition(
        "segment_at_each_close",
        N_("each close by its own segments"),
        N_("A move into the segment is a gain, a move out of it a loss."),
        "sum of e of the base in the cut at the end / sum of s in the cut at the start",
        ("nrr",),
        _segment_at_each_close,
    ),
    Definition(
        "excluded_counted",
        N_("excluded accounts counted"),
        N_("Accounts that errors in the sheet exclude count with what can be read of them."),
        "as ours, with the excluded accounts that have a rate",
        _BOTH,
        _count_excluded,
    ),
    Definition(
        "products",
        N_("each product on its own"),
        N_("A product that an account adds is new, and one that it drops is churn, whatever its others do."),
        "sum of e, for GRR of min(s, e), of each account and product with s > 0 / sum of s",
        _BOTH,
        _count_products,
    ),
    Definition(
        "month_earlier",
        N_("both closes a month earlier"),
        N_("The same length, a month before."),
        "as ours, from one month earlier to one month earlier",
        _BOTH,
        _count_shifted(-1, -1),
    ),
    Definition(
        "month_later",
        N_("both closes a month later"),
        N_("The same length, a month after."),
        "as ours, from one month later to one month later",
        _BOTH,
        _count_shifted(1, 1),
    ),
    Definition(
        "late_start",
        N_("start a month late"),
        N_("It begins with the close of the period's first month instead of the close before."),
        "as ours, from the close of the first month of the period",
        _BOTH,
        _count_shifted(1, 0),
    ),
)
