"""The glossary: each term with its names in both languages, definition, formula and the company's figures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any, Literal

from core.errors import N_, QuestionError, Sentence, WarehouseError
from core.ledger.history import choose_default_period
from core.metrics.movements import compute_compounded_ratios, compute_movements_ratios
from core.metrics.retention import Bridge
from core.money import compute_ratio, round_fraction, to_percent
from core.months import Month, Period, Window
from core.query.vocabulary import FILLERS
from core.reports.answer import Answer, answer_question
from core.reports.answer_json import build_origin_json, build_window_json, format_percent
from core.reports.scope import YEAR, QuestionReader, Scope, build_quarter_question
from core.sources.closes import Level
from core.sources.members import begin_window
from core.text import clean_text, find_nearest, fold_key

_NEAREST, _LEAST_ALIKE, _QUOTED = 3, 0.6, 60
# Words of the longest text that can be a term with fillers around it.
_MOST_WORDS = 12

FigureKind = Literal["money", "count", "ratio", "number", "month", "period"]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of the company. Money is in minor units, a ratio is 1 for 100%."""

    kind: FigureKind
    value: int | Fraction | Month | Period


@dataclass(frozen=True, slots=True)
class Term:
    """A term of the glossary.

    Attributes:
        key: its name in JSON.
        names: how people write it, English first.
        definition: its definition, one sentence.
        details: what else to know; may be empty.
        formula: its formula; may be empty.
        figures: names of the company's figures that the definition shows.
        example: a template of the sentence with these figures; empty for NRR and GRR, whose figures have a message.

    """

    key: str
    names: tuple[str, ...]
    definition: str
    details: str = ""
    formula: str = ""
    figures: tuple[str, ...] = ()
    example: str = ""


TERMS = (
    Term(
        "nrr",
        (
            *("NRR", "NDR", "net revenue retention", "net dollar retention", "net retention"),
            *("rétention nette", "rétention nette du revenu", "taux de rétention net"),
        ),
        N_("NRR is the MRR that the accounts of the start pay at the end, as a share of what they paid."),
        N_("It counts their expansion, and no account won after the start."),
        N_("NRR = (start + expansion − contraction − churn) / start"),
        ("starting_mrr", "ending_mrr", "nrr"),
    ),
    Term(
        "grr",
        (
            *("GRR", "GDR", "gross revenue retention", "gross dollar retention", "gross retention"),
            *("rétention brute", "rétention brute du revenu", "taux de rétention brut"),
        ),
        N_("GRR is the share of the MRR of the start that was neither lost nor reduced."),
        N_("It counts no expansion, account by account, so it is never above 100% or above NRR."),
        N_("GRR = (start − contraction − churn) / start"),
        ("starting_mrr", "contraction", "churn", "grr"),
    ),
    Term(
        "churn",
        ("churn", "revenue churn", "MRR churn", "churned MRR", "attrition", "résiliation", "résiliations"),
        N_("Churn is the MRR of accounts that paid at the start and pay nothing at the end."),
        N_("As a rate it is a share of the MRR at the start. A rate of a month is no rate of a year."),
        N_("churn rate = churn / MRR at the start"),
        ("period", "churn", "starting_mrr", "churn_rate", "churned_accounts"),
        N_("{period}: {churn} / {starting_mrr} = {churn_rate}. Accounts that left: {churned_accounts}."),
    ),
    Term(
        "contraction",
        ("contraction", "downsell", "downgrade", "downgrades", "contracted MRR"),
        N_("Contraction is the MRR lost by accounts that pay less at the end than at the start, and still pay."),
        "",
        N_("contraction = sum of (start − end) of the accounts with 0 < end < start"),
        ("period", "contraction", "starting_mrr", "contraction_rate"),
        N_("{period}: {contraction} / {starting_mrr} = {contraction_rate}."),
    ),
    Term(
        "expansion",
        ("expansion", "upsell", "upsells", "upgrade", "upgrades", "expanded MRR", "cross-sell"),
        N_("Expansion is the MRR gained from accounts that already paid at the start and pay more at the end."),
        N_("It raises NRR and not GRR."),
        N_("expansion = sum of (end − start) of the accounts with end > start > 0"),
        ("period", "expansion", "starting_mrr", "expansion_rate"),
        N_("{period}: {expansion} / {starting_mrr} = {expansion_rate}."),
    ),
    Term(
        "mrr",
        (
            *("MRR", "monthly recurring revenue", "recurring revenue"),
            *("revenu mensuel récurrent", "revenu récurrent mensuel", "revenus récurrents"),
        ),
        N_("MRR is the recurring revenue of a month that is in force on its last day."),
        N_("It is net of discounts, without tax, one-off fees and trials. A yearly line counts a twelfth."),
        N_("MRR of a line = amount x quantity, less the discount, / months of its interval"),
        ("month", "mrr", "paying_accounts"),
        N_("At the end of {month}: {mrr}. Accounts that pay: {paying_accounts}."),
    ),
    Term(
        "arr",
        ("ARR", "annual recurring revenue", "revenu annuel récurrent", "revenu récurrent annuel"),
        N_("ARR is the MRR of a close times twelve."),
        "",
        N_("ARR = 12 x MRR"),
        ("month", "mrr", "arr"),
        N_("At the end of {month}: 12 x {mrr} = {arr}."),
    ),
    Term(
        "acv",
        ("ACV", "annual contract value", "average contract value", "valeur annuelle du contrat"),
        N_("ACV is the MRR of one account times twelve. It decides the account's size."),
        "",
        N_("ACV = 12 x MRR of the account"),
        ("month", "average_acv"),
        N_("On average at the end of {month}: {average_acv}."),
    ),
    Term(
        "new",
        ("new", "new MRR", "new business", "nouveau MRR", "nouveaux"),
        N_("New is the MRR at the end of accounts that never paid at or before the start."),
        N_("It is part of growth, not of NRR."),
        "",
        ("period", "new_mrr", "new_accounts"),
        N_("{period}: {new_mrr}. New accounts: {new_accounts}."),
    ),
    Term(
        "reactivation",
        ("reactivation", "reactivated", "win-back", "winback", "réactivation", "réactivés"),
        N_("Reactivation is the MRR at the end of accounts that paid once, and nothing at the start."),
        N_("It is part of growth, not of NRR. An account that left and came back within the window is not part of it."),
        "",
        ("period", "reactivated_mrr", "reactivated_accounts"),
        N_("{period}: {reactivated_mrr}. Reactivated accounts: {reactivated_accounts}."),
    ),
    Term(
        "base",
        ("base", "starting MRR", "MRR de départ", "MRR initial"),
        N_("The base is every account with MRR at the start of the window."),
        N_("NRR, GRR and logo retention are about these accounts alone."),
        "",
        ("period", "base_accounts", "starting_mrr"),
        N_("{period}: {starting_mrr} at the start. Accounts: {base_accounts}."),
    ),
    Term(
        "logo_retention",
        (
            *("logo retention", "customer retention", "account retention", "logo churn", "customer churn"),
            *("rétention des logos", "rétention des clients", "rétention des comptes", "churn de clients"),
        ),
        N_("Logo retention is the share of the accounts of the base that still pay at the end."),
        N_("Every account counts the same, whatever it pays. Logo churn is 100% less it."),
        N_("logo retention = accounts that still pay / accounts of the base"),
        ("period", "retained_accounts", "base_accounts", "logo_retention"),
        N_("{period}: {retained_accounts} / {base_accounts} = {logo_retention}."),
    ),
    Term(
        "quick_ratio",
        ("quick ratio", "SaaS quick ratio"),
        N_("The quick ratio is the MRR gained for each unit of MRR lost."),
        "",
        N_("quick ratio = (new + expansion + reactivation) / (churn + contraction), month by month"),
    ),
    Term(
        "cohort",
        ("cohort", "cohorts", "cohort method", "cohorte", "cohortes", "méthode par cohorte"),
        N_("A cohort is the accounts whose first MRR came in the same quarter or year."),
        N_("The cohort method, which NRR and GRR use, follows the accounts of a window's start to its end."),
    ),
    Term(
        "movements",
        ("movements", "movements method", "mouvements", "méthode par mouvements"),
        N_("The movements method adds up the changes of every month, of customers won in the window too."),
        N_("Billing tools compute net MRR churn in this way. It differs from the cohort method."),
        "",
        ("period", "movements_nrr", "movements_grr"),
        N_("{period} by this method: NRR {movements_nrr}, GRR {movements_grr}."),
    ),
    Term(
        "compounded",
        ("compounded", "compounded method", "compound", "composée", "méthode composée"),
        N_("The compounded method multiplies the ratios of the months."),
        "",
        "",
        ("period", "compounded_nrr", "compounded_grr"),
        N_("{period} by this method: NRR {compounded_nrr}, GRR {compounded_grr}."),
    ),
    Term(
        "ttm",
        ("TTM", "LTM", "trailing twelve months", "last twelve months", "douze derniers mois", "douze mois glissants"),
        N_("TTM is the twelve months that end with a close."),
        N_("Benchmarks and targets are yearly, so only these twelve months are compared with them."),
        "",
        ("month", "ttm_nrr", "ttm_grr"),
        N_("To {month}: NRR {ttm_nrr}, GRR {ttm_grr}."),
    ),
    Term(
        "n_eff",
        ("n_eff", "effective accounts", "effective sample size", "nombre effectif de comptes", "comptes effectifs"),
        N_("n_eff is the number of equally large accounts that the base is worth (Kish 1965)."),
        N_("Few large accounts make it small, and the ratios uncertain."),
        N_("n_eff = (sum of MRR)² / sum of MRR²"),
        ("period", "base_accounts", "n_eff"),
        N_("{period}: {base_accounts} accounts are worth {n_eff} equal ones."),
    ),
    Term(
        "constant_currency",
        ("constant currency", "FX effect", "devise constante", "cours constants", "effet de change"),
        N_("Constant currency means that start and end are converted at the rates of the start."),
        N_("So a rate that changes is no churn and no expansion. Its effect is the FX effect."),
        "",
        ("period", "fx_effect"),
        N_("{period}: FX effect {fx_effect}."),
    ),
    Term(
        "excluded",
        ("excluded", "excluded account", "left out", "quarantined", "exclus", "exclu", "compte exclu", "quarantaine"),
        N_("An excluded account has an error in the data that touches its MRR. It is in no figure until it is fixed."),
        "",
        "",
        ("excluded_accounts",),
        N_("Excluded accounts now: {excluded_accounts}."),
    ),
    Term(
        "restatement",
        ("restatement", "restated", "correction", "retraitement"),
        N_("A restatement is a later edit of the data that changes a figure of a closed period."),
        N_("The figures before and after it are kept, with the accounts that caused it."),
    ),
)  # fmt: skip
_BY_KEY: Mapping[str, Term] = {fold_key(name): term for term in TERMS for name in (term.key, *term.names)}


@dataclass(frozen=True, slots=True)
class Definition:
    """A term, and the company's figures for it.

    Attributes:
        term: the term.
        figures: name -> figure, of the last complete quarter or the last close; empty where one of them is unknown.
        answer: the answer about that quarter; None for terms other than NRR and GRR, and before the first sync.
        scope: the snapshot; None before the first sync.

    """

    term: Term
    figures: Mapping[str, Figure]
    answer: Answer | None
    scope: Scope | None


def read_term(text: str, reader: QuestionReader | None) -> Term:  # noqa: ARG001 - the signature of a parser
    """Return the term that a text names, in either language.

    Raises:
        QuestionError: the text names no term; with near ones.

    """
    plain = clean_text(text).strip("\"'?!. ")
    known = ", ".join(term.names[0] for term in TERMS)
    if not plain:
        raise QuestionError(N_("Which term?"), N_("Terms: {names}."), names=known)
    term = next((_BY_KEY[key] for key in map(fold_key, _list_readings(plain)) if key in _BY_KEY), None)
    if term:
        return term
    similar = [_BY_KEY[key] for key in find_nearest(fold_key(plain), _BY_KEY, 2 * _NEAREST, _LEAST_ALIKE)]
    nearest = tuple(dict.fromkeys(similar))[:_NEAREST]
    raise QuestionError(
        N_('There is no definition of "{term}".'),
        N_("Nearest: {names}. Example: {example}") if nearest else N_("Terms: {names}."),
        term=plain[:_QUOTED],
        names=", ".join(entry.names[0] for entry in nearest) or known,
        nearest_names=tuple(entry.names[0] for entry in nearest),
        nearest=tuple(f"define {entry.key}" for entry in nearest),
        example=f"define {nearest[0].key}" if nearest else "",
    )


def _list_readings(text: str) -> Iterator[str]:
    """Yield a text, then without more and more of the fillers before and after it: "the churn rate"."""
    words = text.split()
    if len(words) > _MOST_WORDS:
        return
    fillers = [fold_key(word) in FILLERS for word in words]
    for start in range(len(words)):
        for stop in range(len(words), start, -1):
            if all(fillers[:start]) and all(fillers[stop:]):
                yield " ".join(words[start:stop])


def define_term(term: Term, scope: Scope | None) -> Definition:
    """Return a term with the figures of the company, where there are any."""
    if scope is None:
        return Definition(term, {}, None, None)
    company, figures = _Company(scope), dict[str, Figure]()
    # Where a warehouse cannot be asked, a term is defined without figures.
    with suppress(WarehouseError):
        figures = {name: figure for name in term.figures if (figure := _FIGURES[name](company))}
    is_known = len(figures) == len(term.figures)
    has_message = bool(term.figures) and not term.example
    answer = answer_question(build_quarter_question(scope), scope) if has_message and is_known else None
    return Definition(term, figures if is_known else {}, answer, scope)


class _Company:
    """The figures of the whole company over the last complete quarter, each computed when it is asked for."""

    def __init__(self, scope: Scope) -> None:
        self.scope, self.ledger = scope, scope.ledger
        # No account is named.
        self.cuts = scope.cuts.skip_accounts()
        self.period = choose_default_period(scope.ledger, scope.calendar)

    @cached_property
    def bridge(self) -> Bridge | None:
        return self.cuts.measure((), self.period.window) if self.ledger.covers(self.period.window) else None

    @cached_property
    def year(self) -> Bridge | None:
        year = Window.ending(self.ledger.last, YEAR)
        return self.cuts.measure((), year) if self.ledger.covers(year) else None

    @property
    def mrr(self) -> int:
        return self._paid[0]

    @property
    def paying(self) -> int:
        return self._paid[1]

    @cached_property
    def _paid(self) -> Level:
        return self.cuts.measure_close((), self.ledger.last)

    @cached_property
    def n_eff(self) -> Fraction | None:
        """(sum s)² / sum s² of the base's MRR s at the start (Kish 1965), exact."""
        if self.bridge is None or not self.bridge.starting:
            return None
        base = self.cuts.select((), [self.period.window]).bases[self.period.window]
        squares = base.products[0] if base.products else sum(mrr * mrr for mrr in base.start.tolist())
        return Fraction(base.starting**2, squares)

    def ratio_by(self, compute: Callable[..., tuple[Fraction | None, Fraction | None]], place: int) -> Fraction | None:
        """Return one ratio of a method: NRR at place 0, GRR at place 1."""
        if self.bridge is None or self.scope.warehouse:
            return None
        return compute(self.ledger, self.period.window)[place]


def _amount(name: str) -> Callable[[_Company], Figure | None]:
    return lambda company: Figure("money", getattr(company.bridge, name)) if company.bridge else None


def _count(name: str) -> Callable[[_Company], Figure | None]:
    return lambda company: Figure("count", getattr(company.bridge, name)) if company.bridge else None


def _ratio(compute: Callable[[_Company], Fraction | None]) -> Callable[[_Company], Figure | None]:
    def figure(company: _Company) -> Figure | None:
        value = compute(company)
        return None if value is None else Figure("ratio", value)

    return figure


def _rate(name: str) -> Callable[[_Company], Figure | None]:
    """Return the figure of a component as a share of the MRR at the start."""
    return _ratio(
        lambda company: (
            compute_ratio(getattr(company.bridge, name), company.bridge.starting)
            if company.bridge and company.bridge.can_leave
            else None
        )
    )


_FIGURES: Mapping[str, Callable[[_Company], Figure | None]] = {
    "period": lambda company: Figure("period", company.period),
    "month": lambda company: Figure("month", company.ledger.last),
    "starting_mrr": _amount("starting"),
    "ending_mrr": _amount("ending"),
    "expansion": _amount("expansion"),
    "contraction": _amount("contraction"),
    "churn": _amount("churn"),
    "new_mrr": _amount("new"),
    "reactivated_mrr": _amount("reactivated"),
    "fx_effect": _amount("fx_effect"),
    "base_accounts": _count("base"),
    "churned_accounts": _count("churned"),
    "retained_accounts": _count("retained"),
    "new_accounts": _count("new_accounts"),
    "reactivated_accounts": _count("reactivated_accounts"),
    "excluded_accounts": lambda company: Figure(
        "count", company.cuts.count_excluded((), begin_window(company.ledger, company.ledger.last))
    ),
    "nrr": _ratio(lambda company: company.bridge.nrr if company.bridge else None),
    "grr": _ratio(lambda company: company.bridge.grr if company.bridge else None),
    "logo_retention": _ratio(lambda company: company.bridge.logo_retention if company.bridge else None),
    "churn_rate": _rate("churn"),
    "contraction_rate": _rate("contraction"),
    "expansion_rate": _rate("expansion"),
    "ttm_nrr": _ratio(lambda company: company.year.nrr if company.year else None),
    "ttm_grr": _ratio(lambda company: company.year.grr if company.year else None),
    "movements_nrr": _ratio(lambda company: company.ratio_by(compute_movements_ratios, 0)),
    "movements_grr": _ratio(lambda company: company.ratio_by(compute_movements_ratios, 1)),
    "compounded_nrr": _ratio(lambda company: company.ratio_by(compute_compounded_ratios, 0)),
    "compounded_grr": _ratio(lambda company: company.ratio_by(compute_compounded_ratios, 1)),
    "mrr": lambda company: Figure("money", company.mrr),
    "arr": lambda company: Figure("money", 12 * company.mrr),
    "paying_accounts": lambda company: Figure("count", company.paying),
    "average_acv": lambda company: (
        Figure("money", round_fraction(Fraction(12 * company.mrr, company.paying))) if company.paying else None
    ),
    "n_eff": lambda company: Figure("number", company.n_eff) if company.n_eff else None,
}


def build_definition_json(definition: Definition) -> dict[str, Any]:
    """Return the definition as JSON: money in minor units, ratios in per cent and numbers as texts."""
    term, scope = definition.term, definition.scope
    bridge = definition.answer.asked.bridge if definition.answer else None
    return {
        **(build_origin_json(scope.ledger, scope.origin) if scope else {}),
        "term": term.key,
        "names": list(term.names),
        "definition": " ".join(str(Sentence(part)) for part in (term.definition, term.details) if part),
        "formula": str(Sentence(term.formula)) or None,
        "figures": {name: _build_figure_json(figure) for name, figure in definition.figures.items()},
        "window": build_window_json(bridge, nrr=bridge.nrr, grr=bridge.grr) if bridge else None,
    }


def _build_figure_json(figure: Figure) -> int | str | None:
    match figure.value:
        case Fraction() as value:
            return format_percent(value) if figure.kind == "ratio" else str(to_percent(value / 100))
        case Month() as value:
            return str(value)
        case Period() as value:
            return value.label
        case value:
            return value
