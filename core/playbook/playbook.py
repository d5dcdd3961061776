"""The playbook: published benchmarks, bands and levers, read from the TOML files that ship with nrrbot.

Published figures are data, not code. Each has its value, unit, window, year, sample and source, and a note on its
reliability; a file that misses one of these is refused. All benchmarks are annual: `core.advice.assessment` compares
them with ratios of twelve months only.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cache, cached_property
from importlib.resources import files
from typing import TypeVar, get_args

import msgspec

from core.errors import N_, ConfigError
from core.ledger.rates import Currencies, EuroRate
from core.money import parse_share
from core.months import Month
from core.playbook.levers import Lever, LeverFile, Pricing
from core.playbook.schema import (
    MAIN_SET,
    BandFile,
    Bands,
    BenchmarkFile,
    DefaultTargets,
    Diagnosis,
    Opinion,
    Product,
    Ranges,
    WithholdRules,
)
from core.terms import Metric
from core.text import fold_key


@dataclass(frozen=True, slots=True)
class Targets:
    """The yearly NRR and GRR to aim at, as ratios: 11/10 is 110%."""

    nrr: Fraction
    grr: Fraction


@dataclass(frozen=True)
class Playbook:
    """The published figures and rules that answers are compared with.

    Attributes:
        benchmarks: the ranges by size of customer.
        opinions: second opinions, shown next to the benchmarks.
        bands: the limits of the NRR bands.
        diagnosis: the limits for NRR and GRR read together.
        default_targets: the targets of a company that has set none.
        withhold: the rules for giving no verdict.
        levers: the possible suggestions, in the order of the file.
        pricing_names: pricing model -> its names in sheets.
        product: the kind of product that the company sells; None if not configured.
        most: the largest number of levers to suggest.
        currency_rate: units of the company's currency for one euro; None if not configured.

    """

    benchmarks: tuple[Ranges, ...]
    opinions: tuple[Opinion, ...]
    bands: Bands
    diagnosis: Diagnosis
    default_targets: DefaultTargets
    withhold: WithholdRules
    levers: tuple[Lever, ...]
    pricing_names: Mapping[Pricing, tuple[str, ...]]
    product: Product | None = None
    most: int = 3
    currency_rate: Fraction | None = None

    @property
    def targets(self) -> Targets:
        """The default targets as ratios."""
        return Targets(parse_share(self.default_targets.nrr), parse_share(self.default_targets.grr))

    def find_euro_rate(self, currencies: Currencies, at: Month) -> EuroRate | None:
        """Return the units of the reporting currency for one euro of published amounts; None if unknown.

        Args:
            currencies: the currencies of the ledger, with the rates of the tab FX; that of the config comes first.
            at: the close whose rate counts.

        """
        if self.currency_rate is not None:
            return EuroRate(self.currency_rate, "config", "EUR")
        return currencies.find_euro_rate(at)

    def find_benchmark(self, metric: Metric, name: str = MAIN_SET) -> Ranges:
        """Return the benchmark of `metric` in the set `name`.

        Raises:
            KeyError: the set has no benchmark of that metric.

        """
        for entry in self.benchmarks:
            if (entry.set, entry.metric) == (name, metric):
                return entry
        raise KeyError(f"{name} {metric}")

    def find_lever(self, name: str) -> Lever:
        """Return the lever with the key `name`.

        Raises:
            KeyError: no lever has that key.

        """
        return self._levers[name]

    def find_pricing_model(self, text: str) -> Pricing | None:
        """Return the pricing model named by a cell, in English or French; None when the name is unknown."""
        return self._pricing.get(fold_key(text))

    @cached_property
    def _levers(self) -> Mapping[str, Lever]:
        return {lever.key: lever for lever in self.levers}

    @cached_property
    def _pricing(self) -> Mapping[str, Pricing]:
        return {fold_key(name): model for model, names in self.pricing_names.items() for name in names}


PLAYBOOK_FILES = ("benchmarks.toml", "bands.toml", "levers.toml")


@cache
def load_playbook() -> Playbook:
    """Return the playbook that ships with nrrbot. Read once."""
    folder = files("core.playbook")
    return parse_playbook({name: folder.joinpath(name).read_text("utf-8") for name in PLAYBOOK_FILES})


def parse_playbook(texts: Mapping[str, str]) -> Playbook:
    """Return the playbook from the texts of its three files, given by file name.

    Raises:
        ConfigError: a file is not valid TOML, a key is unknown or missing, or a value is not allowed.

    """
    benchmarks, bands, levers = PLAYBOOK_FILES
    ranges = _parse_file(benchmarks, texts[benchmarks], BenchmarkFile)
    limits = _parse_file(bands, texts[bands], BandFile)
    lever_file = _parse_file(levers, texts[levers], LeverFile)
    _check_benchmarks(benchmarks, ranges.benchmarks, ranges.opinions)
    return Playbook(
        ranges.benchmarks,
        ranges.opinions,
        limits.bands,
        limits.diagnosis,
        limits.targets,
        limits.withhold,
        lever_file.levers,
        lever_file.pricing,
    )


def extend_playbook(playbook: Playbook, text: str, file: str) -> Playbook:
    """Return the playbook with the user's benchmarks added to its sets, or replacing the sets named by `replace`.

    Raises:
        ConfigError: the text is not valid TOML, a key is unknown or missing, a value is not allowed, a set to replace
            does not exist, or a benchmark exists already.

    """
    additions = _parse_file(file, text, BenchmarkFile)
    sets = {entry.set for entry in playbook.benchmarks} | {entry.set for entry in playbook.opinions}
    replaced_sets = (
        additions.replace if isinstance(additions.replace, tuple) else tuple(sorted(sets)) if additions.replace else ()
    )
    if unknown := sorted(set(replaced_sets) - sets):
        raise ConfigError(
            N_("The playbook {file} cannot be used: `replace` names the set {name}, which does not exist."),
            N_("Use one of these sets: {sets}."),
            file=file,
            name=unknown[0],
            sets=", ".join(sorted(sets)),
        )
    benchmarks = (*(entry for entry in playbook.benchmarks if entry.set not in replaced_sets), *additions.benchmarks)
    opinions = (*(entry for entry in playbook.opinions if entry.set not in replaced_sets), *additions.opinions)
    _check_benchmarks(file, benchmarks, opinions)
    return replace(playbook, benchmarks=benchmarks, opinions=opinions)


def _check_benchmarks(file: str, benchmarks: tuple[Ranges, ...], opinions: tuple[Opinion, ...]) -> None:
    """Refuse duplicate benchmarks, and a main set without a benchmark for each ratio."""
    try:
        BenchmarkFile(benchmarks=benchmarks, opinions=opinions)
    except ValueError as error:
        raise ConfigError(
            N_("The playbook {file} cannot be used: {reason}."),
            N_("Name the set under `replace`, or give your set another name."),
            file=file,
            reason=error,
        ) from error
    for metric in get_args(Metric):
        if not any((entry.set, entry.metric) == (MAIN_SET, metric) for entry in benchmarks):
            raise ConfigError(
                N_("The playbook {file} cannot be used: the set {name} has no {metric}."),
                N_("Verdicts compare with this set. Add `ranges` for NRR and for GRR."),
                file=file,
                name=MAIN_SET,
                metric=metric,
            )


_FileT = TypeVar("_FileT", BenchmarkFile, BandFile, LeverFile)


def _parse_file(name: str, text: str, kind: type[_FileT]) -> _FileT:
    """Return a playbook file as its struct; the errors of TOML and of msgspec become one ConfigError."""
    try:
        return msgspec.convert(tomllib.loads(text, parse_float=Decimal), kind)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        reason, _, place = str(error).partition(" - at ")
        raise ConfigError(
            N_("The playbook {file} cannot be used, at {place}: {reason}."),
            N_("Give each entry its value, unit, window, year, sample and source, and no other key."),
            file=name,
            place=place.replace("`", "").replace("$.", "") or "$",
            reason=reason,
        ) from error
