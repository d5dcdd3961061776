"""The playbook: published benchmarks, bands and levers, read from the TOML files that ship with nrrbot.

A published figure is never code. Each carries its value, unit, window, year, sample and source, and a note on how
far to trust it; a file where one of these is missing is refused. Every benchmark here is annual: only the ratios of
twelve months may meet it, which `core.reading` makes sure of.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache, cached_property
from importlib.resources import files
from typing import Annotated, Literal, TypeVar

import msgspec

from core.errors import N_, ConfigError
from core.lexer import key
from core.money import parse_share
from core.segments import SIZES
from core.vocabulary import SIZES as SIZE_NAMES

Metric = Literal["nrr", "grr"]
Component = Literal["churn", "contraction", "expansion"]
Size = Literal["Consumer", "SMB", "Mid-Market", "Enterprise"]
Pricing = Literal["per_seat", "usage", "tiered", "flat"]
Chosen = Literal["name", "acv"]

Line = Annotated[str, msgspec.Meta(min_length=1)]
Lines = Annotated[tuple[Line, ...], msgspec.Meta(min_length=1)]
Count = Annotated[int, msgspec.Meta(ge=1)]
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
    """Churn concentrated in accounts that had paid for less than `months` at the window's start.

    They are at least `accounts`, make up at least `share` per cent of the churn, and more of it than of the base.
    """

    months: Count
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
    """Accounts that show a sign of leaving: adoption below a share, a low NPS, or one of these words for health."""

    adoption_below: Decimal
    nps_up_to: Annotated[int, msgspec.Meta(ge=-100, le=100)]
    health: Lines


class SeatUse(_Record, frozen=True, tag="seat_use", tag_field="name"):
    """Accounts that use at least `share` per cent of their seats."""

    share: Decimal


class QuotaUse(_Record, frozen=True, tag="quota_use", tag_field="name"):
    """Accounts that use at least `share` per cent of their quota."""

    share: Decimal


Trigger = EarlyChurn | LargeLosses | RecurringContraction | Renewals | RiskSignals | SeatUse | QuotaUse


class Lever(_Record, frozen=True):
    """Something to do about retention.

    Attributes:
        key: its stable name.
        component: the component of the bridge that it moves.
        pricing: the pricing models that it fits; empty when it fits all.
        trigger: what must be seen in the ledger before it is suggested.
        title: what to do, in a few words.
        actions: the steps.
        source: who recommends it.
        year: when.

    """

    key: Line
    component: Component
    pricing: tuple[Pricing, ...]
    trigger: Trigger
    title: Text
    actions: Steps
    source: Text
    year: Year


class _BenchmarkFile(_Record, frozen=True):
    benchmarks: Annotated[tuple[Ranges, ...], msgspec.Meta(min_length=1)]

    def __post_init__(self) -> None:
        _refuse_twins([f"{entry.set} {entry.metric}" for entry in self.benchmarks])


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


def _check_percentage(name: str, value: object) -> None:
    if isinstance(value, Decimal) and not (value.is_finite() and 0 <= value <= 1000):
        raise ValueError(f"`{name}` must be a percentage from 0 to 1000, not {value}")


def _refuse_twins(names: list[str]) -> None:
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
        bands: what an NRR means by itself.
        diagnosis: what both ratios mean together.
        default_targets: the targets of whoever has set none.
        withhold: when no verdict is given.
        levers: what can be suggested, in the order of the file.
        pricing_names: pricing model -> what sheets call it.

    """

    benchmarks: tuple[Ranges, ...]
    bands: Bands
    diagnosis: Diagnosis
    default_targets: DefaultTargets
    withhold: Withhold
    levers: tuple[Lever, ...]
    pricing_names: Mapping[Pricing, tuple[str, ...]]

    @property
    def targets(self) -> Targets:
        """The default targets as ratios."""
        return Targets(parse_share(self.default_targets.nrr), parse_share(self.default_targets.grr))

    def benchmark(self, metric: Metric, name: str = "segment") -> Ranges:
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


def choose(
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
def load() -> Playbook:
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
    return Playbook(
        ranges.benchmarks,
        reading.bands,
        reading.diagnosis,
        reading.targets,
        reading.withhold,
        advice.levers,
        advice.pricing,
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
