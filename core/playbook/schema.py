"""The tables of the playbook's files: published benchmarks, opinions, bands and targets; unknown keys are refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Annotated, Literal

import msgspec

from core.terms import SIZES, Metric, Size

Product = Literal["saas", "platform", "commodity"]
ClassifiedBy = Literal["product", "arr", "acv", "arpa", "all"]
StatementKind = Literal["range", "about", "median", "quartiles", "best_decile"]

Line = Annotated[str, msgspec.Meta(min_length=1)]
Lines = Annotated[tuple[Line, ...], msgspec.Meta(min_length=1)]
Count = Annotated[int, msgspec.Meta(ge=1)]
Amount = Annotated[int, msgspec.Meta(ge=0)]
Year = Annotated[int, msgspec.Meta(ge=2000, le=2100)]

# The set of benchmarks that gives the verdicts.
MAIN_SET = "segment"
_CLASS_KEYS: Mapping[ClassifiedBy, str] = {
    "product": "`product`, and neither `from` nor `below`",
    "arr": "`from` or `below`, and no `product`",
    "acv": "`from` or `below`, and no `product`",
    "arpa": "`from` or `below`, and no `product`",
    "all": "none of `product`, `from` and `below`",
}


class PlaybookTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A table of the playbook: unknown and missing keys are refused, and each Decimal is checked as a percentage."""

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            check_percentage(name, getattr(self, name))


class BilingualText(PlaybookTable, frozen=True):
    """A sentence in both languages."""

    en: Line
    fr: Line


class BilingualSteps(PlaybookTable, frozen=True):
    """The same list of actions in both languages."""

    en: Lines
    fr: Lines

    def __post_init__(self) -> None:
        if len(self.en) != len(self.fr):
            raise ValueError("`en` and `fr` must have the same number of actions")


class Published(PlaybookTable, frozen=True):
    """The origin of a published figure: its unit, window, year, sample, source and reliability."""

    unit: Literal["percent"]
    window: Literal["annual"]
    year: Year
    sample: BilingualText
    source: BilingualText
    trust: BilingualText


class Ranges(Published, frozen=True):
    """A benchmark: the usual range of one ratio for each size of customer, both edges included.

    Attributes:
        set: the collection that it belongs to; the set `segment` gives the verdicts.
        metric: the ratio.
        ranges: size -> (lower edge, upper edge) in per cent.
        best_in_class: the lowest ratio that counts among the best, in per cent; None when no source states one.

    """

    set: Line
    metric: Metric
    ranges: dict[Size, tuple[Decimal, Decimal]]
    best_in_class: Decimal | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        missing = [size for size in SIZES if size not in self.ranges]
        if missing:
            raise ValueError(f"`ranges` needs {', '.join(missing)}")
        for size, (low, high) in self.ranges.items():
            check_percentage(f"ranges.{size}", low)
            check_percentage(f"ranges.{size}", high)
            if low > high:
                raise ValueError(f"`ranges` of {size} must not fall: {low} to {high}")


class CompanyClass(PlaybookTable, frozen=True, rename={"at_least": "from"}):
    """A class of companies and the published statement on it. Amounts are whole units of currency, the rest per cent.

    It makes exactly one statement: a range (`low`, and `high` where it has an upper edge; both belong to it), the usual
    value (`about`), the `median`, the three `quartiles`, or the value that the `best_decile` reaches.

    Attributes:
        product: the kind of product.
        at_least: the lowest amount of the class; `from` in the file.
        below: the amount that ends the class; it belongs to the next one.

    """

    product: Product | None = None
    at_least: Amount | None = None
    below: Count | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    about: Decimal | None = None
    median: Decimal | None = None
    quartiles: tuple[Decimal, Decimal, Decimal] | None = None
    best_decile: Decimal | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        for quartile in self.quartiles or ():
            check_percentage("quartiles", quartile)
        statements = [self.low, self.about, self.median, self.quartiles, self.best_decile]
        if sum(value is not None for value in statements) != 1 or (self.high is not None and self.low is None):
            raise ValueError("a class has one of `low` (with `high`), `about`, `median`, `quartiles`, `best_decile`")
        low, middle, high = self.edges
        edges = [edge for edge in (low, middle, high) if edge is not None]
        if edges != sorted(edges):
            raise ValueError(f"the values of a class must not fall: {', '.join(map(str, edges))}")
        if self.at_least is not None and self.below is not None and self.at_least >= self.below:
            raise ValueError(f"`from` {self.at_least} must be less than `below` {self.below}")

    @property
    def statement(self) -> StatementKind:
        """The kind of statement."""
        kinds: tuple[StatementKind, ...] = ("about", "median", "quartiles", "best_decile")
        return next((kind for kind in kinds if getattr(self, kind) is not None), "range")

    @property
    def edges(self) -> tuple[Decimal, Decimal | None, Decimal | None]:
        """The statement as (lower edge, middle, upper edge); None where the statement has no such value."""
        if self.quartiles is not None:
            return self.quartiles
        for value in (self.about, self.median):
            if value is not None:
                return value, value, value
        lowest = self.low if self.best_decile is None else self.best_decile
        if lowest is None:  # `__post_init__` has refused it.
            raise ValueError("a class needs a statement")
        return lowest, None, self.high

    def contains(self, amount: Fraction) -> bool:
        """Return whether an amount in whole units is in this class."""
        return (self.at_least is None or amount >= self.at_least) and (self.below is None or amount < self.below)


class Opinion(Published, frozen=True):
    """A second opinion on one ratio, shown next to the benchmark. It gives no verdict and no goal.

    Attributes:
        set: the collection that it belongs to.
        metric: the ratio.
        by: the criterion of its classes: the kind of `product`, the `arr` of the company, the average `acv` of the cut,
            its `arpa` (a month), or no criterion: `all`.
        classes: the classes and their statements, in rising order of amounts.

    """

    set: Line
    metric: Metric
    by: ClassifiedBy
    classes: Annotated[tuple[CompanyClass, ...], msgspec.Meta(min_length=1)]

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.set == MAIN_SET:
            raise ValueError(f"the set {MAIN_SET!r} gives the verdicts: it belongs under `benchmarks`, with `ranges`")
        for company_class in self.classes:
            bounded = company_class.at_least is not None or company_class.below is not None
            by_product = company_class.product is not None
            if by_product != (self.by == "product") or bounded != (self.by in {"arr", "acv", "arpa"}):
                raise ValueError(f"a class by {self.by!r} has {_CLASS_KEYS[self.by]}")
        if self.by == "all" and len(self.classes) > 1:
            raise ValueError("an opinion by 'all' has one class only")
        refuse_duplicates([entry.product for entry in self.classes if entry.product])
        for lower, upper in pairwise(self.classes):
            if self.by != "product" and (lower.below is None or upper.at_least is None or lower.below > upper.at_least):
                raise ValueError("the classes must rise and not overlap")

    def select_class(self, product: Product | None, amounts: Mapping[ClassifiedBy, Fraction]) -> CompanyClass | None:
        """Return the class of a company or cut; None when the opinion has no class for it.

        Args:
            product: the kind of product; None when it is not known.
            amounts: the known ones of `arr`, `acv` and `arpa`, in whole units.

        """
        if self.by == "all":
            return self.classes[0]
        if self.by == "product":
            return next((entry for entry in self.classes if entry.product == product), None)
        amount = amounts.get(self.by)
        return None if amount is None else next((entry for entry in self.classes if entry.contains(amount)), None)


class Bands(Published, frozen=True):
    """The limits of the NRR bands, in per cent."""

    excellent_above: Decimal
    healthy_from: Decimal
    shrinking_from: Decimal


class Diagnosis(Published, frozen=True):
    """The limits for NRR and GRR read together, in per cent."""

    nrr_from: Decimal
    grr_good_from: Decimal
    grr_bad_below: Decimal


class DefaultTargets(Published, frozen=True):
    """The targets of a company that has set none, in per cent."""

    nrr: Decimal
    grr: Decimal


class WithholdRules(PlaybookTable, frozen=True):
    """The rules for giving no verdict: fewer accounts than this, or a larger share of the base excluded than this."""

    accounts_below: Count
    left_out_from: Decimal


class BenchmarkFile(PlaybookTable, frozen=True):
    """`benchmarks.toml`, or the file of a user, which adds to it or replaces sets of it.

    Attributes:
        replace: the names of the sets to replace, or True for all; the file adds to the other sets.
        benchmarks: ranges by size; those of the set `segment` give the verdicts.
        opinions: second opinions.

    """

    replace: bool | Lines = False
    benchmarks: tuple[Ranges, ...] = ()
    opinions: tuple[Opinion, ...] = ()

    def __post_init__(self) -> None:
        refuse_duplicates([f"{entry.set} {entry.metric}" for entry in self.benchmarks])
        refuse_duplicates([f"{entry.set} {entry.metric} {entry.source.en}" for entry in self.opinions])


class BandFile(PlaybookTable, frozen=True):
    """`bands.toml`: default targets, bands, diagnosis, and the rules for giving no verdict."""

    targets: DefaultTargets
    bands: Bands
    diagnosis: Diagnosis
    withhold: WithholdRules


def check_percentage(name: str, value: object) -> None:
    """Refuse a Decimal that is not a percentage from 0 to 1000.

    Raises:
        ValueError: it is not.

    """
    if isinstance(value, Decimal) and not (value.is_finite() and 0 <= value <= 1000):
        raise ValueError(f"`{name}` must be a percentage from 0 to 1000, not {value}")


def refuse_duplicates(names: Sequence[str]) -> None:
    """Refuse a name that occurs twice.

    Raises:
        ValueError: a name occurs twice.

    """
    duplicates = sorted({name for name in names if names.count(name) > 1})
    if duplicates:
        raise ValueError(f"{duplicates[0]!r} occurs twice")
