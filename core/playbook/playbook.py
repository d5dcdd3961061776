"""The playbook: published benchmarks, bands and levers, read from the TOML files that ship with nrrbot.

A published figure is never code. Each carries its value, unit, window, year, sample and source, and a note on how
far to trust it; a file where one of these is missing is refused. Every benchmark here is annual: only the ratios of
twelve months may meet it, which `core.reading` makes sure of.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cache, cached_property
from importlib.resources import files
from itertools import pairwise
from typing import Annotated, Literal, TypeVar, get_args

import msgspec

from core.errors import N_, ConfigError
from core.ledger.segments import SIZES
from core.money import parse_share
from core.query.tokens import key
from core.query.vocabulary import SIZES as SIZE_NAMES
from core.terms import Metric

Moves = Literal["churn", "contraction", "expansion", "all"]
Size = Literal["Consumer", "SMB", "Mid-Market", "Enterprise"]
Pricing = Literal["per_seat", "usage", "tiered", "flat"]
Chosen = Literal["name", "acv"]
Product = Literal["saas", "platform", "commodity"]
By = Literal["product", "arr", "acv", "arpa", "all"]
Says = Literal["range", "about", "median", "quartiles", "best_decile"]

Line = Annotated[str, msgspec.Meta(min_length=1)]
Lines = Annotated[tuple[Line, ...], msgspec.Meta(min_length=1)]
Count = Annotated[int, msgspec.Meta(ge=1)]
Amount = Annotated[int, msgspec.Meta(ge=0)]
Year = Annotated[int, msgspec.Meta(ge=2000, le=2100)]


class _Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A table of the playbook: nothing in it is unknown, nothing that it needs is missing, every percentage is one."""

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            _check_percentage(name, getattr(self, name))


class Text(_Record, frozen=True):
    """A sentence in both languages."""

    en: Line
    fr: Line


class Steps(_Record, frozen=True):
    """The same list of actions in both languages."""

    en: Lines
    fr: Lines

    def __post_init__(self) -> None:
        if len(self.en) != len(self.fr):
            raise ValueError("`en` and `fr` must have the same number of actions")


class Published(_Record, frozen=True):
    """Where a published figure comes from: the year it speaks of, who was asked, who says so, how far to trust it."""

    unit: Literal["percent"]
    window: Literal["annual"]
    year: Year
    sample: Text
    source: Text
    trust: Text


class Ranges(Published, frozen=True):
    """A benchmark: the usual range of one ratio for each size of customer, both edges included.

    Attributes:
        set: the collection that it belongs to; `segment` is the one that answers are read against.
        metric: which ratio.
        ranges: size -> (lower edge, upper edge) in per cent.
        best_in_class: from where on a ratio counts among the best of all, in per cent; None where nobody says.

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
            _check_percentage(f"ranges.{size}", low)
            _check_percentage(f"ranges.{size}", high)
            if low > high:
                raise ValueError(f"`ranges` of {size} must not fall: {low} to {high}")


class Class(_Record, frozen=True, rename={"at_least": "from"}):
    """What a second opinion says, and of whom. Amounts are whole units of the company's currency, the rest per cent.

    Exactly one thing is said: a range (`low`, and `high` where it has an upper edge; both belong to it), what is usual
    (`about`), the `median`, the three `quartiles`, or what the `best_decile` reaches.

    Attributes:
        product: of this kind of product.
        at_least: of whoever has this amount, `from` in the file.
        below: and less than this one.

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
            _check_percentage("quartiles", quartile)
        said = [self.low, self.about, self.median, self.quartiles, self.best_decile]
        if sum(each is not None for each in said) != 1 or (self.high is not None and self.low is None):
            raise ValueError("a class says one of `low` (with `high`), `about`, `median`, `quartiles`, `best_decile`")
        low, middle, high = self.edges
        edges = [edge for edge in (low, middle, high) if edge is not None]
        if edges != sorted(edges):
            raise ValueError(f"what a class says must not fall: {', '.join(map(str, edges))}")
        if self.at_least is not None and self.below is not None and self.at_least >= self.below:
            raise ValueError(f"`from` {self.at_least} must be less than `below` {self.below}")

    @property
    def says(self) -> Says:
        """What kind of thing is said."""
        kinds: tuple[Says, ...] = ("about", "median", "quartiles", "best_decile")
        return next((kind for kind in kinds if getattr(self, kind) is not None), "range")

    @property
    def edges(self) -> tuple[Decimal, Decimal | None, Decimal | None]:
        """What is said as (lower edge, middle, upper edge), None where there is no such thing."""
        if self.quartiles is not None:
            return self.quartiles
        for value in (self.about, self.median):
            if value is not None:
                return value, value, value
        lowest = self.low if self.best_decile is None else self.best_decile
        if lowest is None:
            raise ValueError("a class says something")
        return lowest, None, self.high

    def holds(self, amount: Fraction) -> bool:
        """Tell whether an amount in whole units is in this class."""
        return (self.at_least is None or amount >= self.at_least) and (self.below is None or amount < self.below)


class Opinion(Published, frozen=True):
    """A second opinion on one ratio, shown beside the first: it gives no verdict and no goal.

    Attributes:
        set: the collection that it belongs to.
        metric: which ratio.
        by: what its classes are by: the kind of `product`, the `arr` of the company, the average `acv` of the cut, its
            `arpa` (a month), or nothing, for `all`.
        classes: whom it speaks of, and what it says; in rising order of amounts.

    """

    set: Line
    metric: Metric
    by: By
    classes: Annotated[tuple[Class, ...], msgspec.Meta(min_length=1)]

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.set == FIRST:
            raise ValueError(f"the set {FIRST!r} is the first opinion: it stands under `benchmarks`, with `ranges`")
        for each in self.classes:
            bounded = each.at_least is not None or each.below is not None
            if (each.product is not None) != (self.by == "product") or bounded != (self.by in {"arr", "acv", "arpa"}):
                raise ValueError(f"a class by {self.by!r} has {_CLASS_KEYS[self.by]}")
        if self.by == "all" and len(self.classes) > 1:
            raise ValueError("there is one class of 'all'")
        _refuse_twins([each.product for each in self.classes if each.product])
        for one, two in pairwise(self.classes):
            if self.by != "product" and (one.below is None or two.at_least is None or one.below > two.at_least):
                raise ValueError("the classes must rise and not overlap")

    def of(self, product: Product | None, amounts: Mapping[By, Fraction]) -> Class | None:
        """Return the class of a company or cut; None where nothing is said of it.

        Args:
            product: the kind of product; None where that is not known.
            amounts: what is known of `arr`, `acv` and `arpa`, in whole units.

        """
        if self.by == "all":
            return self.classes[0]
        if self.by == "product":
            return next((each for each in self.classes if each.product == product), None)
        amount = amounts.get(self.by)
        return None if amount is None else next((each for each in self.classes if each.holds(amount)), None)


class Bands(Published, frozen=True):
    """What an NRR means by itself, in per cent."""

    excellent_above: Decimal
    healthy_from: Decimal
    shrinking_from: Decimal


class Diagnosis(Published, frozen=True):
    """Where the two ratios are read together, in per cent."""

    nrr_from: Decimal
    grr_good_from: Decimal
    grr_bad_below: Decimal


class DefaultTargets(Published, frozen=True):
    """The targets of whoever has set none, in per cent."""

    nrr: Decimal
    grr: Decimal


class Withhold(_Record, frozen=True):
    """When no benchmark verdict is given: fewer accounts than this, or more of the base left out than this share."""

    accounts_below: Count
    left_out_above: Decimal


# The triggers: each is a question put to the ledger, with its thresholds. `core.triggers` answers them.
class EarlyChurn(_Record, frozen=True, tag="early_churn", tag_field="name"):
    """Churn concentrated in accounts that had paid for less than one of `months` at the window's start, the first.

    They are at least `accounts`, make up at least `share` per cent of the churn, and more of it than of the base.
    """

    months: Annotated[tuple[Count, ...], msgspec.Meta(min_length=1)]
    share: Decimal
    accounts: Count


class LargeLosses(_Record, frozen=True, tag="large_losses", tag_field="name"):
    """Churn or contraction of at least `accounts` accounts over `acv_above` (whole units) at the window's start."""

    acv_above: Count
    accounts: Count


class RecurringContraction(_Record, frozen=True, tag="recurring_contraction", tag_field="name"):
    """Contraction that comes back in one value of one of `dimensions`.

    At least `accounts` accounts contracted there, they make up at least `share` per cent of the contraction, and
    more of it than of the base.
    """

    dimensions: Lines
    share: Decimal
    accounts: Count


class Renewals(_Record, frozen=True, tag="renewals", tag_field="name"):
    """Accounts over `acv_above` (whole units) whose term ends within `days`."""

    acv_above: Count
    days: Count


class RiskSignals(_Record, frozen=True, tag="risk_signals", tag_field="name"):
    """Accounts that show a sign of leaving: adoption below a share, a low NPS, or red health."""

    adoption_below: Decimal
    nps_up_to: Annotated[int, msgspec.Meta(ge=-100, le=100)]


class SeatUse(_Record, frozen=True, tag="seat_use", tag_field="name"):
    """Accounts that use at least `share` per cent of their seats."""

    share: Decimal


class QuotaUse(_Record, frozen=True, tag="quota_use", tag_field="name"):
    """Accounts that use at least `share` per cent of their quota."""

    share: Decimal


class UnexplainedLosses(_Record, frozen=True, tag="unexplained_losses", tag_field="name"):
    """At least `accounts` accounts that left and have no reason in the first of `columns` that there is."""

    columns: Lines
    accounts: Count


class SpreadLosses(_Record, frozen=True, tag="spread_losses", tag_field="name"):
    """Churn of at least `accounts` accounts up to `acv_up_to` (whole units), without one cause.

    They make up at least `share` per cent of the churn, none of them more than `largest` per cent of theirs, and no
    value of one of `dimensions` makes up `share` per cent of theirs and more of it than of the base.
    """

    acv_up_to: Count
    accounts: Count
    share: Decimal
    largest: Decimal
    dimensions: Lines


class SingleProduct(_Record, frozen=True, tag="single_product", tag_field="name"):
    """At least `accounts` accounts with one product, by the first of `columns` there is, where others have several."""

    columns: Lines
    accounts: Count


class SmallEntries(_Record, frozen=True, tag="small_entries", tag_field="name"):
    """Accounts up to `acv_up_to` (whole units) that have not grown, where at least `accounts` such accounts grew.

    All of those up to it together grew more, by the MRR that they started with, than the larger ones.
    """

    acv_up_to: Count
    accounts: Count


class SelfService(_Record, frozen=True, tag="self_service", tag_field="name"):
    """At least `accounts` accounts that serve themselves, by one of `words` in one of `columns`, and have not grown."""

    columns: Lines
    words: Lines
    accounts: Count


class BothShort(_Record, frozen=True, tag="both_short", tag_field="name"):
    """Both halves of the gap to the NRR target, losses and missing expansion, are at least `points`."""

    points: Decimal


Trigger = (
    EarlyChurn
    | LargeLosses
    | RecurringContraction
    | Renewals
    | RiskSignals
    | SeatUse
    | QuotaUse
    | UnexplainedLosses
    | SpreadLosses
    | SingleProduct
    | SmallEntries
    | SelfService
    | BothShort
)
# They show that something is wrong and not what: whatever names a cause is worth more at the same effect.
WITHOUT_CAUSE = (UnexplainedLosses, SpreadLosses, BothShort)


class Lever(_Record, frozen=True):
    """Something to do about retention.

    Attributes:
        key: its stable name.
        component: the component of the bridge that it moves, or all of them.
        pricing: the pricing models that it fits; empty when it fits all.
        trigger: what must be seen in the ledger before it is suggested.
        title: what to do, in a few words.
        actions: the steps.
        source: who recommends it.
        year: when.

    """

    key: Line
    component: Moves
    pricing: tuple[Pricing, ...]
    trigger: Trigger
    title: Text
    actions: Steps
    source: Text
    year: Year


class _BenchmarkFile(_Record, frozen=True):
    """What others keep: a file of ours, or one of the user's, which says what of ours it replaces.

    Attributes:
        replace: True for every set of ours, or the names of those that go; what is not replaced is added to.
        benchmarks: ranges by size; those of the set `segment` are what answers are read against.
        opinions: what is shown beside it.

    """

    replace: bool | Lines = False
    benchmarks: tuple[Ranges, ...] = ()
    opinions: tuple[Opinion, ...] = ()

    def __post_init__(self) -> None:
        _refuse_twins([f"{entry.set} {entry.metric}" for entry in self.benchmarks])
        _refuse_twins([f"{entry.set} {entry.metric} {entry.source.en}" for entry in self.opinions])


class _BandFile(_Record, frozen=True):
    targets: DefaultTargets
    bands: Bands
    diagnosis: Diagnosis
    withhold: Withhold


class _LeverFile(_Record, frozen=True):
    pricing: dict[Pricing, Lines]
    levers: Annotated[tuple[Lever, ...], msgspec.Meta(min_length=1)]

    def __post_init__(self) -> None:
        _refuse_twins([lever.key for lever in self.levers])


FIRST = "segment"
_CLASS_KEYS: Mapping[By, str] = {
    "product": "`product`, and neither `from` nor `below`",
    "arr": "`from` or `below`, and no `product`",
    "acv": "`from` or `below`, and no `product`",
    "arpa": "`from` or `below`, and no `product`",
    "all": "none of `product`, `from` and `below`",
}


def _check_percentage(name: str, value: object) -> None:
    if isinstance(value, Decimal) and not (value.is_finite() and 0 <= value <= 1000):
        raise ValueError(f"`{name}` must be a percentage from 0 to 1000, not {value}")


def _refuse_twins(names: Sequence[str]) -> None:
    twins = sorted({name for name in names if names.count(name) > 1})
    if twins:
        raise ValueError(f"{twins[0]!r} stands there twice")


@dataclass(frozen=True, slots=True)
class Targets:
    """The yearly NRR and GRR to aim at, as ratios: 11/10 is 110%."""

    nrr: Fraction
    grr: Fraction


@dataclass(frozen=True)
class Playbook:
    """Everything published that answers are read against.

    Attributes:
        benchmarks: the ranges by size of customer.
        opinions: second opinions, shown beside them.
        bands: what an NRR means by itself.
        diagnosis: what both ratios mean together.
        default_targets: the targets of whoever has set none.
        withhold: when no verdict is given.
        levers: what can be suggested, in the order of the file.
        pricing_names: pricing model -> what sheets call it.
        product: the kind of product that the company sells; None where it does not say.
        most: how many levers are suggested at most.

    """

    benchmarks: tuple[Ranges, ...]
    opinions: tuple[Opinion, ...]
    bands: Bands
    diagnosis: Diagnosis
    default_targets: DefaultTargets
    withhold: Withhold
    levers: tuple[Lever, ...]
    pricing_names: Mapping[Pricing, tuple[str, ...]]
    product: Product | None = None
    most: int = 3

    @property
    def targets(self) -> Targets:
        """The default targets as ratios."""
        return Targets(parse_share(self.default_targets.nrr), parse_share(self.default_targets.grr))

    def benchmark(self, metric: Metric, name: str = FIRST) -> Ranges:
        """Return the benchmark of `metric` in the set `name`.

        Raises:
            KeyError: there is none.

        """
        for entry in self.benchmarks:
            if (entry.set, entry.metric) == (name, metric):
                return entry
        raise KeyError(f"{name} {metric}")

    def lever(self, name: str) -> Lever:
        """Return the lever of that key.

        Raises:
            KeyError: there is none.

        """
        return self._levers[name]

    def pricing(self, text: str) -> Pricing | None:
        """Return the pricing model that a sheet's text names, in English or French; None when it is none of them."""
        return self._pricing.get(key(text))

    @cached_property
    def _levers(self) -> Mapping[str, Lever]:
        return {lever.key: lever for lever in self.levers}

    @cached_property
    def _pricing(self) -> Mapping[str, Pricing]:
        return {key(name): model for model, names in self.pricing_names.items() for name in names}


@dataclass(frozen=True, slots=True)
class Choice:
    """The size of customer whose benchmark is used, and how it was found: by the cut's name or by the average ACV."""

    size: Size
    by: Chosen


def choose_benchmark(
    dimension: str | None, value: str | None, average_acv: Fraction | None, acv_limits: tuple[int, int]
) -> Choice | None:
    """Return whose benchmark fits a cut; None when the base is empty and the cut's name says nothing.

    Args:
        dimension: what the cut is by; None for the whole company.
        value: its value. The name of a size (English or French, any case) in `segment` or `size` decides.
        average_acv: otherwise this does: 12 x MRR / accounts at the start of the twelve months, minor units.
        acv_limits: from where on an ACV is Mid-Market, and above which it is Enterprise; minor units.

    """
    if value is not None and dimension in ("segment", "size"):
        for size, names in zip(_SIZES, SIZE_NAMES, strict=True):
            if key(value) in names:
                return Choice(size, "name")
    if average_acv is None:
        return None
    mid_market_from, enterprise_above = acv_limits
    if average_acv > enterprise_above:
        return Choice("Enterprise", "acv")
    return Choice("Mid-Market" if average_acv >= mid_market_from else "SMB", "acv")


_SIZES: tuple[Size, ...] = ("Consumer", "SMB", "Mid-Market", "Enterprise")
FILES = ("benchmarks.toml", "bands.toml", "levers.toml")


@cache
def load_playbook() -> Playbook:
    """Return the playbook that ships with nrrbot. Read once."""
    folder = files("core.playbook")
    return parse({name: folder.joinpath(name).read_text("utf-8") for name in FILES})


def parse(texts: Mapping[str, str]) -> Playbook:
    """Return the playbook in the texts of its three files, by file name.

    Raises:
        ConfigError: a file is no TOML, a key is unknown or missing, or a value is one that it cannot have.

    """
    benchmarks, bands, levers = FILES
    ranges = _convert(benchmarks, texts[benchmarks], _BenchmarkFile)
    reading = _convert(bands, texts[bands], _BandFile)
    advice = _convert(levers, texts[levers], _LeverFile)
    _check_sets(benchmarks, ranges.benchmarks, ranges.opinions)
    return Playbook(
        ranges.benchmarks,
        ranges.opinions,
        reading.bands,
        reading.diagnosis,
        reading.targets,
        reading.withhold,
        advice.levers,
        advice.pricing,
    )


def extend_playbook(playbook: Playbook, text: str, file: str) -> Playbook:
    """Return the playbook with a user's own benchmarks: added to its sets, or in the place of those that they replace.

    Raises:
        ConfigError: the text is no TOML, a key is unknown or missing, a value is one that it cannot have, it replaces
            a set that is not there, or has a benchmark that is there already.

    """
    own = _convert(file, text, _BenchmarkFile)
    sets = {entry.set for entry in playbook.benchmarks} | {entry.set for entry in playbook.opinions}
    gone = own.replace if isinstance(own.replace, tuple) else tuple(sorted(sets)) if own.replace else ()
    if unknown := sorted(set(gone) - sets):
        raise ConfigError(
            N_("The playbook {file} cannot be used: there is no set {name} to replace."),
            N_("The sets are {sets}."),
            file=file,
            name=unknown[0],
            sets=", ".join(sorted(sets)),
        )
    benchmarks = (*(entry for entry in playbook.benchmarks if entry.set not in gone), *own.benchmarks)
    opinions = (*(entry for entry in playbook.opinions if entry.set not in gone), *own.opinions)
    _check_sets(file, benchmarks, opinions)
    return replace(playbook, benchmarks=benchmarks, opinions=opinions)


def _check_sets(file: str, benchmarks: tuple[Ranges, ...], opinions: tuple[Opinion, ...]) -> None:
    """Refuse benchmarks of which one stands there twice, or where the first opinion on a ratio is missing."""
    try:
        _BenchmarkFile(benchmarks=benchmarks, opinions=opinions)
    except ValueError as error:
        raise ConfigError(
            N_("The playbook {file} cannot be used: {reason}."),
            N_("Name the set under `replace`, or give yours another name."),
            file=file,
            reason=error,
        ) from error
    for metric in get_args(Metric):
        if not any((entry.set, entry.metric) == (FIRST, metric) for entry in benchmarks):
            raise ConfigError(
                N_("The playbook {file} cannot be used: the set {name} has no {metric}."),
                N_("Answers are read against it: it needs `ranges` for NRR and for GRR."),
                file=file,
                name=FIRST,
                metric=metric,
            )


_File = TypeVar("_File", _BenchmarkFile, _BandFile, _LeverFile)


def _convert(name: str, text: str, kind: type[_File]) -> _File:
    try:
        return msgspec.convert(tomllib.loads(text, parse_float=Decimal), kind)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        reason, _, place = str(error).partition(" - at ")
        raise ConfigError(
            N_("The playbook {file} cannot be used, at {place}: {reason}."),
            N_("Every entry needs its value, unit, window, year, sample and source, and no other key."),
            file=name,
            place=place.replace("`", "").replace("$.", "") or "$",
            reason=reason,
        ) from error
