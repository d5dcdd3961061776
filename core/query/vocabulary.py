"""The words of a question: the dimensions and values that a ledger has, what else people call them, and our own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from core.query.tokens import fold_word
from core.terms import Method, Metric
from core.text import key

METRICS: Mapping[str, Metric] = {
    **dict.fromkeys(("nrr", "ndr", "net", "nette", "nettes"), "nrr"),
    **dict.fromkeys(("grr", "gdr", "gross", "brut", "brute", "brutes"), "grr"),
}
METHODS: Mapping[str, Method] = {
    **dict.fromkeys(("cohort", "cohorts", "cohorte", "cohortes"), "cohort"),
    **dict.fromkeys(("movement", "movements", "mouvement", "mouvements"), "movements"),
    **dict.fromkeys(("compound", "compounded", "compounding", "compose", "composee", "composees"), "compounded"),
}
# Words that change nothing. A word that could turn the sense round ("except", "not") never stands here.
FILLERS = frozenset(
    """
    a an and the for in on at of to is was our my we i did do how what which show me give please over during with end
    all whole company total overall everyone customers customer accounts account clients client comptes compte
    retention revenue dollar recurring rate figure figures method metric period
    le la les l un une de du des d et en pour dans sur au aux chez est etait sont quel quelle quels quelles nos notre
    mon ma mes moi donne montre affiche svp stp fin tout tous toute toutes global globale ensemble
    revenu revenus recurrent recurrents taux chiffre chiffres methode periode
    """.split()  # noqa: SIM905 - a hundred words read better without their quotes
)

# What the four sizes are called, by `key`; every name of a row finds the value that bears another name of that row.
SIZES: tuple[frozenset[str], ...] = tuple(
    frozenset(key(name) for name in names)
    for names in (
        ("Consumer", "consumers", "B2C", "particulier", "particuliers", "grand public"),
        ("SMB", "SMBs", "SME", "SMEs", "PME", "PMEs", "TPE", "TPEs", "TPE PME", "small business", "small businesses"),
        ("Mid-Market", "mid", "midsize", "medium", "ETI", "ETIs", "moyennes entreprises"),
        (
            *("Enterprise", "enterprises", "entreprise", "entreprises", "large", "large enterprise"),
            *("grand compte", "grands comptes", "grande entreprise", "grandes entreprises"),
        ),
    )
)

# Likewise the four spans of tenure.
TENURES: tuple[frozenset[str], ...] = tuple(
    frozenset(key(name) for name in names)
    for names in (
        ("Under 1 year", "under a year", "less than 1 year", "moins d'un an", "moins de 1 an", "moins d'1 an"),
        ("1-2 years", "1 to 2 years", "1-2 ans", "1 à 2 ans"),
        ("2-3 years", "2 to 3 years", "2-3 ans", "2 à 3 ans"),
        ("Over 3 years", "more than 3 years", "plus de 3 ans", "plus de trois ans"),
    )
)

# What else the standard dimensions are called, in the order in which they lay claim to a word.
DIMENSION_WORDS: Mapping[str, tuple[str, ...]] = {
    "segment": ("segments",),
    # Where the sheet has no column of that name, the derived size is what people mean by segment.
    "size": ("taille", "company size", "segment", "segments"),
    "industry": ("industries", "industrie", "sector", "secteur", "secteur d'activité", "vertical", "branche"),
    "region": ("région", "régions", "regions", "geo", "geography", "territory", "zone"),
    "plan": ("plans", "tier", "offre", "formule", "forfait"),
    "owner": ("csm", "account manager", "responsable", "propriétaire", "chargé de compte"),
    "pricing_model": ("pricing", "modèle de prix", "modèle tarifaire", "tarification"),
    "tenure": ("ancienneté", "age"),
}


def describe_values(text: str) -> bool:
    """Tell whether a word is one of ours, or no word at all."""
    word = fold_word(text)
    return word in FILLERS or word in METRICS or word in METHODS or not any(letter.isalnum() for letter in word)


@dataclass(frozen=True, slots=True)
class Filter:
    """A dimension and one of its values, both as the ledger has them: ("segment", "Enterprise")."""

    dimension: str
    value: str


def named(filters: Iterable[Filter], name: Callable[[Filter], str]) -> str:
    """Return what filters are called together: `SMB, Mid-Market + North`, an account being of one of each list."""
    names: dict[str, list[str]] = {}
    for wanted in filters:
        names.setdefault(wanted.dimension, []).append(name(wanted))
    return " + ".join(", ".join(each) for each in names.values())


@dataclass(frozen=True)
class Vocabulary:
    """What can be asked for. Make it once per ledger: the look-ups are built at the first question.

    Attributes:
        dimensions: key -> values, in order of precedence: a value that two dimensions have belongs to the first.
        headings: key -> heading as in the sheet; the key serves where there is none.

    """

    dimensions: Mapping[str, tuple[str, ...]]
    headings: Mapping[str, str]

    def heading(self, dimension: str) -> str:
        """Return what to call a dimension."""
        return self.headings.get(dimension, dimension)

    @cached_property
    def spellings(self) -> Mapping[str, Mapping[str, str]]:
        """Dimension -> spelling -> value: the value itself, its `key`, and what else sizes and tenures are called."""
        return {dimension: _spellings(values) for dimension, values in self.dimensions.items()}

    @cached_property
    def _dimensions(self) -> Mapping[str, str]:
        """Key of a name -> dimension; the sheet's own names come before ours."""
        names: dict[str, str] = {}
        for dimension in self.dimensions:
            names.setdefault(key(dimension), dimension)
        for dimension in self.dimensions:
            names.setdefault(key(self.heading(dimension)), dimension)
        for dimension, words in DIMENSION_WORDS.items():
            if dimension in self.dimensions:
                for word in words:
                    names.setdefault(key(word), dimension)
        return names

    def dimension(self, text: str) -> str | None:
        """Return the dimension of that name in any spelling, None when there is none."""
        return self._dimensions.get(key(text))

    def value(self, dimension: str, text: str) -> str | None:
        """Return the value of `dimension` that `text` names in any spelling, None when there is none."""
        spellings = self.spellings[dimension]
        return spellings.get(text) or spellings.get(key(text))

    def find(self, text: str) -> Filter | None:
        """Return the first dimension that has such a value, with the value; None when none has."""
        for dimension in self.dimensions:
            value = self.value(dimension, text)
            if value is not None:
                return Filter(dimension, value)
        return None


def _spellings(values: tuple[str, ...]) -> Mapping[str, str]:
    found = {value: value for value in values if key(value)}
    for value in tuple(found):
        found.setdefault(key(value), value)
    for names in (*SIZES, *TENURES):
        meant = [value for value in values if key(value) in names]
        # A sheet that tells TPE from PME has no one value for "SMB": better to ask than to choose.
        if len(meant) == 1:
            found |= dict.fromkeys(names, meant[0])
    return found
