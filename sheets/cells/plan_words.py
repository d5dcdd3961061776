"""Words for amounts that were paid and for amounts that are planned, in English and French."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from core.months import month_names
from core.text import fold, plain_characters
from sheets.cells.text import split_camel_case

Figures = Literal["actual", "plan"]

ACTUAL_WORDS = frozenset(
    {
        *("actual", "actuals", "act", "reel", "reels", "reelle", "reelles"),
        *("realise", "realises", "realisee", "realisees", "constate", "constates"),
    }
)
# No customer, product or column of other amounts is usually named with one of these.
_SURE_PLAN_WORDS = frozenset(
    {
        *("budget", "budgets", "budgeted", "budgetaire", "budgete", "budgetise"),
        *("forecast", "forecasts", "forecasted", "fcst", "reforecast", "reforecasts", "pipeline"),
        *("prevision", "previsions", "previsionnel", "previsionnelle", "previsionnels", "previsionnelles"),
        *("objectif", "objectifs"),
    }
)
_PLAN_WORDS = _SURE_PLAN_WORDS | {
    *("plan", "planned", "target", "targets", "fc", "rf", "bp", "estimate", "estimates", "estimated", "projection"),
    *("projections", "projected", "prevu", "prevus", "prevue", "prevues", "estime", "estimes", "atterrissage"),
}
_SURE_WORD = re.compile("|".join(sorted(ACTUAL_WORDS | _SURE_PLAN_WORDS)))
# Next to a plan these head the difference to it, which was not paid either.
_DIFFERENCE_WORDS = frozenset({"variance", "variances", "var", "ecart", "ecarts", "delta", "difference", "gap"})
# A text with one of these may have both, or names what it leaves out.
_CONTRASTS = frozenset(
    {"vs", "versus", "against", "excl", "excluding", "ex", "without", "no", "not", "hors", "sans", "post"}
)
# Words that say nothing about actual or planned, such as a period or a measure.
_NEUTRAL_WORDS = frozenset(
    {
        *("mrr", "arr", "acv", "revenue", "revenues", "revenu", "revenus", "sales", "ventes", "ca", "amount"),
        *("fy", "cy", "q", "t", "h", "s", "m", "n", "v", "y", "year", "annee", "annual", "annuel", "monthly"),
        *("montant", "mensuel", "version", "scenario", "total", "totals", "totaux", "final", "rolling", "initial"),
        *("business", "operating", "revised", "revise", "de", "du", "des", "d", "le", "la", "les", "the", "of", "for"),
        *("eur", "usd", "k"),
    }
)


@lru_cache(maxsize=4096)
def read_figures(text: str) -> Figures | None:
    """Return whether a text only says that amounts are actual, or planned; None if it says neither, both or more.

    "Budget 2026", "FC1" and "Jan 2025 Budget" are a plan; "Pro plan" and "Actual vs Budget" are not.
    """
    words = split_words(text)
    others = words - ACTUAL_WORDS - _PLAN_WORDS - _DIFFERENCE_WORDS - _NEUTRAL_WORDS - month_names().keys()
    if any(not word.isdecimal() for word in others):
        return None
    is_actual, is_planned = bool(words & ACTUAL_WORDS), bool(words & (_PLAN_WORDS | _DIFFERENCE_WORDS))
    if is_actual == is_planned:
        return None
    return "actual" if is_actual else "plan"


def names_difference(text: str) -> bool:
    """Tell whether a text with the meaning of a plan names the difference to it: "Jan 2025 Var"."""
    words = split_words(text)
    return bool(words & _DIFFERENCE_WORDS) and not words & _PLAN_WORDS


def read_label(text: str) -> Figures | None:
    """Return what `read_figures` does, for words that hardly ever name a customer: Budget, not Target."""
    # Nearly all of a tab's account IDs have none of these words.
    if not _SURE_WORD.search(fold(text)) or split_words(text).isdisjoint(ACTUAL_WORDS | _SURE_PLAN_WORDS):
        return None
    return read_figures(text)


def is_plan_title(title: str) -> bool:
    """Tell whether the title of a tab names a plan: "MRR Budget 2026", not "MRR by plan" or "Budget vs actual"."""
    words = split_words(title)
    if words & (ACTUAL_WORDS | _CONTRASTS):
        return False
    return bool(words & _SURE_PLAN_WORDS) or bool(words & _PLAN_WORDS and read_figures(title) == "plan")


def names_both_figures(text: str) -> bool:
    """Tell whether a heading names actual and planned amounts: "Actual/Budget", "Réel ou prévu"."""
    words = split_words(text)
    return bool(words & ACTUAL_WORDS and words & _PLAN_WORDS)


def split_words(text: str) -> frozenset[str]:
    """Return the words and numbers of a text, folded: "MRRBudget_2026" has mrr, budget and 2026."""
    return frozenset(re.findall(r"[^\W\d_]+|\d+", fold(plain_characters(split_camel_case(text)))))
