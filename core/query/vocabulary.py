"""The words of a question: the dimensions and values of a ledger, their other names, and the reserved words."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from core.query.tokens import fold_word, stem
from core.terms import Method, Metric
from core.text import fold, fold_key

# The number of words that a value can have in a question.
LONGEST_VALUE = 8
_WORD = re.compile(r"[^\W_]+[+#%]*")

METRIC_WORDS: Mapping[str, Metric] = {
    **dict.fromkeys(("nrr", "ndr", "net", "nette", "nettes"), "nrr"),
    **dict.fromkeys(("grr", "gdr", "gross", "brut", "brute", "brutes"), "grr"),
}
METHOD_WORDS: Mapping[str, Method] = {
    **dict.fromkeys(("cohort", "cohorts", "cohorte", "cohortes"), "cohort"),
    **dict.fromkeys(("movement", "movements", "mouvement", "mouvements"), "movements"),
    **dict.fromkeys(("compound", "compounded", "compounding", "compose", "composee", "composees"), "compounded"),
}
# Words without effect. A word that could reverse the meaning ("except", "not") must not be in this list.
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

# Words before a value that is excluded: "not consumer", "sauf les particuliers".
EXCLUDING_WORDS = frozenset(
    ("not", "non", "except", "excluding", "excl", "without", "outside", "sauf", "hors", "sans", "excepte", "hormis")
)

# The names of the four sizes, as keys; each name of a row finds the value that has another name of the same row.
SIZE_SPELLINGS: tuple[frozenset[str], ...] = tuple(
    frozenset(fold_key(name) for name in names)
    for names in (
        ("Consumer", "consumers", "B2C", "particulier", "particuliers", "grand public", "individuals"),
        ("SMB", "SMBs", "SME", "SMEs", "PME", "PMEs", "TPE", "TPEs", "TPE PME", "small business", "small businesses"),
        (
            "Mid-Market",
            "mid mkt",
            "mid",
            "MM",
            "midsize",
            "mid-size",
            "mid-sized",
            "medium",
            "ETI",
            "ETIs",
            "moyennes entreprises",
        ),
        (
            *(
                "Enterprise",
                "enterprises",
                "entreprise",
                "entreprises",
                "ent",
                "large",
                "large enterprise",
                "large enterprises",
            ),
            *(
                "grand compte",
                "grands comptes",
                "grands cptes",
                "grds comptes",
                "grds cptes",
                "grd compte",
                "gds comptes",
                "gd compte",
                "grande entreprise",
                "grandes entreprises",
                "GC",
                "large accounts",
            ),
        ),
    )
)

# The names of the four spans of tenure, as keys.
TENURES: tuple[frozenset[str], ...] = tuple(
    frozenset(fold_key(name) for name in names)
    for names in (
        (
            *("Under 1 year", "under a year", "under one year", "less than 1 year", "less than a year"),
            *("less than one year", "moins d'un an", "moins de 1 an", "moins d'1 an", "moins d'une année"),
        ),
        ("1-2 years", "1 to 2 years", "1-2 ans", "1 à 2 ans"),
        ("2-3 years", "2 to 3 years", "2-3 ans", "2 à 3 ans"),
        (
            "Over 3 years",
            "more than 3 years",
            "over three years",
            "more than three years",
            "plus de 3 ans",
            "plus de trois ans",
            *("3 years or more", "three years or more", "3 years or longer", "three years or longer"),
            *("3 or more years", "three or more years", "at least 3 years", "at least three years"),
            *("3 ans et plus", "3 ans ou plus", "trois ans et plus", "trois ans ou plus", "au moins 3 ans"),
            *("au moins trois ans",),
        ),
    )
)

# Other names of common values: of regions, of pricing models, of industries. As for sizes, a row counts where exactly
# one value of a column has a name of it.
OTHER_VALUES: tuple[frozenset[str], ...] = tuple(
    frozenset(fold_key(name) for name in names)
    for names in (
        ("France", "french", "français", "française", "françaises", "hexagone"),
        ("Germany", "german", "allemagne", "allemand", "allemande", "allemands", "allemandes", "DE"),
        ("Spain", "spanish", "espagne", "espagnol", "espagnole", "espagnols"),
        ("Italy", "italian", "italie", "italien", "italienne", "italiens"),
        ("UK & Ireland", "UK", "UKI", "UK and Ireland", "United Kingdom", "britain", "great britain", "british",
         "royaume-uni", "britannique", "britanniques", "UK et Irlande", "royaume-uni et irlande", "UK & Irish",
         "UK and Irish", "british and irish", "UK + Irlande", "UK + Ireland", "royaume-uni + irlande", "GB", "ireland",
         "royaume-uni & irlande", "irish", "irlande", "irlandais", "irlandaise", "irlandaises", "british isles",
         "îles britanniques", "outre-Manche"),
        ("US", "USA", "United States", "american", "états-unis", "américain", "américains"),
        ("Nordics", "nordic", "nordique", "nordiques", "pays nordiques", "nordic countries", "scandinavia",
         "scandinavie", "scandinavian"),
        ("DACH", "zone dach", "dach region", "german-speaking", "germanophone", "germanophones", "pays germanophones",
         "germany, austria and switzerland", "allemagne, autriche et suisse"),
        ("Benelux", "bénélux", "belgium, netherlands and luxembourg", "belgique, pays-bas et luxembourg"),
        ("EMEA", "europe, middle east and africa"),
        ("usage", "usage-based", "usage based", "pay as you go", "pay per use", "à l'usage", "l'usage", "consumption",
         "à la consommation", "metered"),
        ("per seat", "seat-based", "seat based", "per-seat", "seat pricing", "seat plans", "au siège", "par siège",
         "per user", "par utilisateur", "à l'utilisateur", "par poste"),
        ("flat", "flat rate", "flat-rate", "flat fee", "flat-fee", "fixed price", "fixed fee", "tarif fixe",
         "prix fixe", "au forfait fixe", "à prix fixe", "à tarif fixe", "au tarif fixe", "forfaits fixes",
         "forfaitaire", "au forfait", "forfait fixe"),
        ("tiered", "tiered pricing", "par paliers", "paliers", "à paliers", "par palier"),
        ("Financial services", "financials", "fintech", "services financiers"),
        ("Healthcare", "health care", "santé", "la santé"),
        ("Logistics", "logistique", "logistic"),
        (
            "Manufacturing",
            *("manufacturers", "industrie manufacturière", "manufacturier", "manufacturiers", "fabrication"),
        ),
        ("Professional services", "prof services", "pro services", "services professionnels",
          "services aux entreprises", "consulting"),
        ("Retail", "retailers", "commerce de détail"),
        ("red", "rouge", "rouges"),
        ("amber", "orange", "ambre"),
        ("green", "vert", "verte", "verts", "vertes"),
    )
)  # fmt: skip

# Other names of the standard dimensions; the first dimension that has a word gets it.
DIMENSION_WORDS: Mapping[str, tuple[str, ...]] = {
    "segment": ("segments",),
    # If the sheet has no segment column, people mean the derived size by segment.
    "size": ("taille", "company size", "segment", "segments"),
    "industry": (
        "industries",
        "industrie",
        "sector",
        "secteur",
        "secteur d'activité",
        "secteurs d'activité",
        "vertical",
        "branche",
    ),
    "region": (
        "région",
        "régions",
        "regions",
        "regional",
        "geo",
        "pays",
        "country",
        "countries",
        "geography",
        "territory",
        "zone",
        "zone géographique",
        "zones géographiques",
        "secteur géographique",
        "area",
    ),
    "plan": ("plans", "tier", "offre", "offres", "formule", "forfait", "package"),
    "owner": (
        "resp",
        "resp de compte",
        "commercial",
        "commerciaux",
        "sales rep",
        "rep",
        "AE",
        "account executive",
        "csm",
        "csms",
        "account manager",
        "account owner",
        "responsable",
        "propriétaire",
        "chargé de compte",
    ),
    "pricing_model": (
        "pricing",
        "modèle de prix",
        "modèle tarifaire",
        "tarification",
        "mode de tarification",
        "modèle de tarification",
        "mode de facturation",
    ),
    "tenure": ("ancienneté", "age", "customer tenure", "customer age"),
    "health": ("account health", "santé du compte", "santé des comptes"),
}


def is_reserved_word(text: str) -> bool:
    """Return whether a word is a filler, a metric or a method, or has no letter and no digit."""
    word = fold_word(text)
    return (
        word in FILLERS or word in METRIC_WORDS or word in METHOD_WORDS or not any(letter.isalnum() for letter in word)
    )


@dataclass(frozen=True, slots=True)
class Filter:
    """A dimension and one of its values, both as the ledger has them: ("segment", "Enterprise").

    Attributes:
        dimension: the dimension.
        value: the value.
        excluded: True for all accounts but those with the value; accounts without a value stay in.

    """

    dimension: str
    value: str
    excluded: bool = False


def join_filter_names(filters: Iterable[Filter], name: Callable[[Filter], str]) -> str:
    """Return the joint name of filters: `SMB, Mid-Market + North`; an account matches one name of each list.

    Excluded values are not in it.
    """
    names: dict[str, list[str]] = {}
    for entry in filters:
        if not entry.excluded:
            names.setdefault(entry.dimension, []).append(name(entry))
    return " + ".join(", ".join(values) for values in names.values())


def find_values(filters: Sequence[Filter], dimension: str, known: Collection[str]) -> set[str]:
    """Return the values of a dimension that the accounts of a cut may have."""
    own = [entry for entry in filters if entry.dimension == dimension]
    included = {entry.value for entry in own if not entry.excluded} or {*known}
    return included - {entry.value for entry in own if entry.excluded}


def is_within(filters: Sequence[Filter], dimension: str, allowed: Collection[str], known: Collection[str]) -> bool:
    """Tell whether every account of a cut has one of the allowed values of a dimension."""
    values = find_values(filters, dimension, known)
    return bool(values) and values <= {*allowed}


def fold_phrase(text: str) -> str:
    """Return the key that two spellings of a phrase share: "Self-serve" and "self serves" are `self serv`."""
    return " ".join(map(stem, _WORD.findall(fold(text))))


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """The dimensions and values that a question can name. Build it once per ledger: the look-ups are cached.

    Attributes:
        dimensions: key -> values, in order of precedence: a value of two dimensions belongs to the first.
        headings: key -> heading as in the sheet; a dimension without a heading is shown by its key.
        workspace_words: a word or phrase of the tab Words -> the value that it means.

    """

    dimensions: Mapping[str, tuple[str, ...]]
    headings: Mapping[str, str]
    workspace_words: Mapping[str, Filter] = field(default_factory=dict)

    def heading(self, dimension: str) -> str:
        """Return the heading of a dimension, as shown to people."""
        return self.headings.get(dimension, dimension)

    @cached_property
    def spellings(self) -> Mapping[str, Mapping[str, str]]:
        """Dimension -> spelling -> value: the value, its folded key, and the other names of sizes and tenures."""
        return {dimension: _list_spellings(values) for dimension, values in self.dimensions.items()}

    @cached_property
    def _dimensions_by_key(self) -> Mapping[str, str]:
        """Key of a name -> dimension; the names in the sheet go before the standard ones."""
        names: dict[str, str] = {}
        for dimension in self.dimensions:
            names.setdefault(fold_key(dimension), dimension)
        for dimension in self.dimensions:
            names.setdefault(fold_key(self.heading(dimension)), dimension)
        for dimension, words in DIMENSION_WORDS.items():
            if dimension in self.dimensions:
                for word in words:
                    names.setdefault(fold_key(word), dimension)
        return names

    def find_dimension(self, text: str) -> str | None:
        """Return the dimension of that name in any spelling; None for an unknown name."""
        key = fold_key(text)
        return self._dimensions_by_key.get(key) or self._dimensions_by_key.get(key.removesuffix("s"))

    def count_words(self, words: Iterable[str]) -> int:
        """Return how many of the first of some words can be one name: of a column, a value or the tab Words.

        Few words begin a name, and a longer run of words has to be a longer beginning of one.
        """
        words = list(words)
        if self.workspace_words and words and self._begins_workspace_word(words[0]):
            return len(words)
        run, count = "", 0
        for number, word in enumerate(words, start=1):
            run = f"{run} {word}" if run else word
            key = fold_key(run)
            # "Regions"; "Mateos" for an owner.
            if key not in self._beginnings and key.removesuffix("s") not in self._beginnings:
                return count
            count = number
        return count

    @cached_property
    def _beginnings(self) -> frozenset[str]:
        """Every beginning of the key of a name, the empty one too."""
        keys = {*self._dimensions_by_key, *self._written_values, *map(fold_key, self._spelt_values)}
        return frozenset(key[:length] for key in keys for length in range(len(key) + 1))

    def find_value(self, dimension: str, text: str) -> str | None:
        """Return the value of `dimension` that `text` names in any spelling; None for an unknown name."""
        spellings = self.spellings[dimension]
        entry = self._find_workspace_word(text)
        if entry and entry.dimension == dimension:
            return entry.value
        return spellings.get(text) or spellings.get(fold_key(text))

    def find_filter(self, text: str) -> Filter | None:
        """Return the filter on the first dimension that has such a value; None for an unknown value.

        A value that is written so comes first, then a word of the tab Words, then another name of a size or tenure:
        the words of the sheet win.
        """
        key = fold_key(text)
        written = self._written_values.get(key)
        if written and text in self.dimensions[written.dimension]:
            return Filter(written.dimension, text)
        if written:
            return written
        return self._find_workspace_word(text) or self._spelt_values.get(text) or self._spelt_values.get(key)

    def _begins_workspace_word(self, word: str) -> bool:
        beginning = fold_phrase(word)
        return any(key.startswith(beginning) for key in self._workspace_filters)

    def _find_workspace_word(self, text: str) -> Filter | None:
        return self._workspace_filters.get(fold_phrase(text)) if self.workspace_words else None

    @cached_property
    def _workspace_filters(self) -> Mapping[str, Filter]:
        """Key of a phrase of the tab Words -> its value."""
        return {fold_phrase(phrase): entry for phrase, entry in self.workspace_words.items()}

    @cached_property
    def _written_values(self) -> Mapping[str, Filter]:
        """Key of a value -> the filter on the first dimension that has it."""
        filters: dict[str, Filter] = {}
        for dimension, values in self.dimensions.items():
            for value in values:
                if key := fold_key(value):
                    filters.setdefault(key, Filter(dimension, value))
        return filters

    @cached_property
    def _spelt_values(self) -> Mapping[str, Filter]:
        """Spelling of a value -> the filter on the first dimension that has it."""
        filters: dict[str, Filter] = {}
        for dimension, spellings in self.spellings.items():
            for spelling, value in spellings.items():
                filters.setdefault(spelling, Filter(dimension, value))
        return filters


def _list_spellings(values: tuple[str, ...]) -> Mapping[str, str]:
    """Return spelling -> value: each value, its key, and the other names of a size or tenure."""
    spellings = {value: value for value in values if fold_key(value)}
    for value in tuple(spellings):
        spellings.setdefault(fold_key(value), value)
    for names in (*SIZE_SPELLINGS, *TENURES, *OTHER_VALUES):
        named_values = [value for value in values if fold_key(value) in names]
        # A sheet that distinguishes TPE from PME has no single value for "SMB": ask instead of choosing one.
        if len(named_values) == 1:
            spellings = dict.fromkeys(names, named_values[0]) | spellings
    return spellings
