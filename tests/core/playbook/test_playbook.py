from __future__ import annotations

import tomllib
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from importlib.resources import files
from typing import get_args

import pytest

from core.errors import ConfigError
from core.playbook.levers import Lever, Trigger
from core.playbook.playbook import (
    PLAYBOOK_FILES,
    Targets,
    extend_playbook,
    load_playbook,
    parse_playbook,
)
from core.terms import SIZES, Size
from core.text import fold
from tests.support.french import find_bad_typography
from tests.support.samples.playbooks import ONE_BENCHMARK

TEXTS = {name: files("core.playbook").joinpath(name).read_text("utf-8") for name in PLAYBOOK_FILES}
SOURCE = "".join(line for line in TEXTS["benchmarks.toml"].splitlines(keepends=True)[:13] if line.startswith("source"))


@pytest.mark.parametrize(
    ("size", "nrr", "grr"),
    [
        ("Consumer", "60-80", "70-85"),
        ("SMB", "80-100", "85-90"),
        ("Mid-Market", "100-110", "90-95"),
        ("Enterprise", "110-130", "95-98"),
    ],
)
def test_ranges_by_size(size: Size, nrr: str, grr: str) -> None:
    playbook = load_playbook()
    shown = ["{}-{}".format(*playbook.find_benchmark(metric).ranges[size]) for metric in ("nrr", "grr")]
    assert shown == [nrr, grr]


def test_every_size_is_a_size_of_the_ledger() -> None:
    assert get_args(Size) == SIZES


def test_limits_of_the_reading() -> None:
    playbook = load_playbook()
    bands, diagnosis = playbook.bands, playbook.diagnosis
    assert [bands.excellent_above, bands.healthy_from, bands.shrinking_from] == [120, 100, 90]
    assert [diagnosis.nrr_from, diagnosis.grr_good_from, diagnosis.grr_bad_below] == [100, 90, 85]
    assert [playbook.withhold.accounts_below, playbook.withhold.left_out_from] == [5, 10]
    assert playbook.targets == Targets(Fraction(110, 100), Fraction(90, 100))
    assert playbook.find_benchmark("nrr").best_in_class == 130
    assert playbook.find_benchmark("grr").best_in_class is None


def test_everything_published_is_annual_and_has_a_source() -> None:
    playbook = load_playbook()
    for entry in (*playbook.benchmarks, playbook.bands, playbook.diagnosis, playbook.default_targets):
        assert (entry.window, entry.unit) == ("annual", "percent")
        for text in (entry.source, entry.sample, entry.trust):
            assert text.en != text.fr


def test_there_is_no_other_set() -> None:
    with pytest.raises(KeyError, match="survey nrr"):
        load_playbook().find_benchmark("nrr", "survey")


def test_levers_are_found_by_key() -> None:
    playbook = load_playbook()
    assert [playbook.find_lever(lever.key) for lever in playbook.levers] == list(playbook.levers)
    with pytest.raises(KeyError, match="exit"):
        playbook.find_lever("exit")


def test_every_trigger_calls_for_a_lever() -> None:
    triggers = [lever.trigger for lever in load_playbook().levers if lever.trigger]
    assert {type(trigger) for trigger in triggers} == set(get_args(Trigger))


@pytest.mark.parametrize("lever", load_playbook().levers, ids=lambda lever: lever.key)
def test_french_says_vous_and_differs_from_english(lever: Lever) -> None:
    assert lever.title.en != lever.title.fr
    assert len(lever.actions.en) == len(lever.actions.fr)
    french = set(fold(" ".join((lever.title.fr, *lever.actions.fr))).split())
    assert not french & {"tu", "ton", "ta", "tes", "toi"}
    assert not set(lever.actions.en) & set(lever.actions.fr)


def find_french(value: object) -> Iterator[str]:
    """Yield every text under a key `fr`."""
    match value:
        case {"fr": str(text)}:
            yield text
        case {"fr": [*texts]}:
            yield from map(str, texts)
        case dict():
            for entry in value.values():
                yield from find_french(entry)
        case list():
            for entry in value:
                yield from find_french(entry)


@pytest.mark.parametrize("name", PLAYBOOK_FILES)
def test_french_is_set_as_french(name: str) -> None:
    texts = list(find_french(tomllib.loads(TEXTS[name])))
    assert texts
    assert [text for text in texts if find_bad_typography(text)] == []


@pytest.mark.parametrize(
    ("text", "model"),
    [
        ("Per seat", "per_seat"),
        ("per-seat", "per_seat"),
        ("Par siège", "per_seat"),
        ("PAR UTILISATEUR", "per_seat"),
        ("Usage-based", "usage"),
        ("à l\N{RIGHT SINGLE QUOTATION MARK}usage", "usage"),
        ("Tiered", "tiered"),
        ("par paliers", "tiered"),
        ("Flat rate", "flat"),
        ("Forfait", "flat"),
        ("barter", None),
        ("", None),
    ],
)
def test_pricing_models_have_many_names(text: str, model: str | None) -> None:
    assert load_playbook().find_pricing_model(text) == model


@pytest.mark.parametrize(
    ("file", "old", "new", "place", "reason"),
    [
        # a benchmark without a source, a sample or a year is hearsay
        ("benchmarks.toml", SOURCE, "", "benchmarks[0]", "`source`"),
        ("benchmarks.toml", SOURCE, 'source.en = ""\nsource.fr = "x"\n', "benchmarks[0].source.en", "length"),
        ("benchmarks.toml", SOURCE, 'source.en = "x"\n', "benchmarks[0].source", "`fr`"),
        ("benchmarks.toml", SOURCE, 'source = "x"\n', "benchmarks[0].source", "str"),
        ("benchmarks.toml", "year = 2024", "", "benchmarks[0]", "`year`"),
        ("benchmarks.toml", "sample.", "sampled.", "benchmarks[0]", "`sampled`"),
        ("benchmarks.toml", "[benchmarks.trust]", "[benchmarks.doubt]", "benchmarks[0]", "`doubt`"),
        ("bands.toml", "source.", "author.", "targets", "`author`"),
        ("levers.toml", 'source.en = "Customer', 'author.en = "', "levers[0]", "`author`"),
        # only annual figures, only per cent
        ("benchmarks.toml", 'window = "annual"', 'window = "quarter"', "benchmarks[0].window", "'quarter'"),
        ("bands.toml", 'window = "annual"', 'window = "monthly"', "targets.window", "'monthly'"),
        ("benchmarks.toml", 'unit = "percent"', 'unit = "ratio"', "benchmarks[0].unit", "'ratio'"),
        # values
        ("benchmarks.toml", "Consumer = [60, 80], ", "", "benchmarks[0]", "needs Consumer"),
        ("benchmarks.toml", "SMB = [80, 100]", "SMB = [100, 80]", "benchmarks[0]", "100 to 80"),
        ("benchmarks.toml", "SMB = [80, 100]", "SMB = [80]", "benchmarks[0].ranges[...]", "length"),
        ("benchmarks.toml", "SMB = [80, 100]", "SMB = [80, 1000.1]", "benchmarks[0]", "1000.1"),
        ("benchmarks.toml", "SMB = [80, 100]", "SMB = [-1, 100]", "benchmarks[0]", "-1"),
        ("benchmarks.toml", "SMB = [80, 100]", "SMB = [80, nan]", "benchmarks[0]", "NaN"),
        ("benchmarks.toml", "SMB = ", "Small = ", "key in benchmarks[0].ranges", "'Small'"),
        ("benchmarks.toml", 'metric = "grr"', 'metric = "nrr"', "$", "'segment nrr'"),
        ("bands.toml", "excellent_above = 120", "excellent_above = inf", "bands", "excellent_above"),
        ("bands.toml", "accounts_below = 5", "accounts_below = 0", "withhold.accounts_below", ">= 1"),
        # second opinions
        ("benchmarks.toml", 'sample.en = "342 companies"', "", "opinions[5].sample", "`en`"),
        ("benchmarks.toml", 'by = "arr"', 'by = "headcount"', "opinions[0].by", "'headcount'"),
        ("benchmarks.toml", "{ median = 101 }", "{ mean = 101 }", "opinions[4].classes[0]", "`mean`"),
        ("benchmarks.toml", "{ median = 101 }", "{}", "opinions[4].classes[0]", "has one of"),
        ("benchmarks.toml", "{ median = 101 }", "{ median = 101, about = 99 }", "opinions[4].classes[0]", "one of"),
        ("benchmarks.toml", "{ median = 101 }", "{ median = 101, high = 9 }", "opinions[4].classes[0]", "one of"),
        ("benchmarks.toml", "{ median = 101 }", "{ median = 1001 }", "opinions[4].classes[0]", "1001"),
        ("benchmarks.toml", "{ median = 101 }", "{ below = 9, median = 101 }", "opinions[4]", "'all' has none"),
        ("benchmarks.toml", "{ median = 101 }", "{ median = 101 }, { median = 9 }", "opinions[4]", "one class only"),
        ("benchmarks.toml", "[76, 84, 91]", "[76, 84]", "opinions[5].classes[0].quartiles", "length"),
        ("benchmarks.toml", "[76, 84, 91]", "[84, 76, 91]", "opinions[5].classes[0]", "must not fall: 84, 76, 91"),
        ("benchmarks.toml", "[76, 84, 91]", "[76, 84, 1001]", "opinions[5].classes[0]", "1001"),
        ("benchmarks.toml", "below = 3000000", "below = 900000", "opinions[0].classes[0]", "less than `below`"),
        ("benchmarks.toml", "below = 3000000", "below = 9000000", "opinions[0]", "not overlap"),
        ("benchmarks.toml", "{ below = 12000, median = 100 }", "{ median = 100 }", "opinions[2]", "'acv' has"),
        ("benchmarks.toml", 'product = "platform"', 'product = "saas"', "opinions[1]", "'saas'"),
        ("benchmarks.toml", 'product = "platform"', 'product = "hardware"', "opinions[1].classes[1].product",
         "'hardware'"),
        ("benchmarks.toml", 'set = "stage"', 'set = "segment"', "opinions[0]", "gives the verdicts"),
        ("benchmarks.toml", 'source.en = "KeyBanc and Sapphire, 2024"',
         'source.en = "Benchmarkit with Aleph, fiscal 2025"', "$", "occurs twice"),
        # keys
        ("bands.toml", "healthy_from", "healthy_form", "bands", "`healthy_form`"),
        ("bands.toml", "[withhold]", "[hold]", "$", "`hold`"),
        ("levers.toml", "months = [3, 12]", "weeks = [3, 12]", "levers[0].trigger", "`weeks`"),
        ("levers.toml", '"early_churn"', '"late_churn"', "levers[0].trigger.name", "'late_churn'"),
        ("levers.toml", 'key = "tiers"', 'key = "seats"', "$", "'seats'"),
        ("levers.toml", 'pricing = ["usage"]', 'pricing = ["barter"]', "levers[7].pricing[0]", "'barter'"),
        ("levers.toml", '    "Bill overage at a known price instead of blocking.",', "", "levers[7].actions",
         "same number"),
        # no TOML at all
        ("bands.toml", "[targets]", "[targets", "$", "line 4"),
    ],
)  # fmt: skip
def test_a_bad_playbook_is_refused(file: str, old: str, new: str, place: str, reason: str) -> None:
    assert old in TEXTS[file]
    with pytest.raises(ConfigError) as caught:
        parse_playbook({**TEXTS, file: TEXTS[file].replace(old, new, 1)})
    assert caught.value.values["file"] == file
    assert caught.value.values["place"] == place
    assert reason in str(caught.value.values["reason"])
    assert file in str(caught.value)


def test_decimals_stay_exact() -> None:
    text = TEXTS["benchmarks.toml"].replace("SMB = [80, 100]", "SMB = [80.1, 100]", 1)
    low, _ = parse_playbook({**TEXTS, "benchmarks.toml": text}).find_benchmark("nrr").ranges["SMB"]
    assert str(low) == "80.1"


OPINION = ONE_BENCHMARK.replace("[[benchmarks]]", "[[opinions]]").replace(
    "ranges = {{ Consumer = [50, 60], SMB = [60, 70], Mid-Market = [70, 80], Enterprise = [80, 90] }}",
    'by = "all"\nclasses = [{{ median = 88 }}]',
)
PEERS, PEERS_SAY = ONE_BENCHMARK.format(name="peers", metric="nrr"), OPINION.format(name="peers", metric="grr")
BOTH = ONE_BENCHMARK.format(name="segment", metric="nrr") + ONE_BENCHMARK.format(name="segment", metric="grr")


def sets(text: str) -> str:
    """Return `set metric` of every benchmark, then of every opinion, of the playbook with the file `text`."""
    playbook = extend_playbook(load_playbook(), text, "own.toml")
    return "; ".join(
        ", ".join(f"{entry.set} {entry.metric}" for entry in entries)
        for entries in (playbook.benchmarks, playbook.opinions)
    )


SHIPPED = "stage nrr, product nrr, survey nrr, survey grr, survey nrr, survey grr, survey grr, survey nrr"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", f"segment nrr, segment grr; {SHIPPED}"),
        (PEERS, f"segment nrr, segment grr, peers nrr; {SHIPPED}"),
        (PEERS_SAY, f"segment nrr, segment grr; {SHIPPED}, peers grr"),
        # a set of ours is added to as well
        (OPINION.format(name="survey", metric="grr"), f"segment nrr, segment grr; {SHIPPED}, survey grr"),
        ('replace = ["segment"]' + BOTH, f"segment nrr, segment grr; {SHIPPED}"),
        ('replace = ["survey", "stage"]', "segment nrr, segment grr; product nrr"),
        ("replace = true" + BOTH, "segment nrr, segment grr; "),
        ("replace = false" + PEERS_SAY, f"segment nrr, segment grr; {SHIPPED}, peers grr"),
    ],
)
def test_a_file_of_ones_own_adds_or_replaces(text: str, expected: str) -> None:
    assert sets(text) == expected


def test_ones_own_ranges_give_the_verdict() -> None:
    playbook = extend_playbook(load_playbook(), 'replace = ["segment"]' + BOTH, "own.toml")
    assert playbook.find_benchmark("nrr").ranges["SMB"] == (Decimal(60), Decimal(70))
    assert playbook.levers == load_playbook().levers


@pytest.mark.parametrize(
    ("text", "message_text"),
    [
        ("replace", "own.toml cannot be used, at $: "),
        ("ranges = 1", "own.toml cannot be used, at $: Object contains unknown field `ranges`"),
        (PEERS.replace("source.", "author."), "at benchmarks[0]: Object contains unknown field `author`"),
        (PEERS.replace('source.en = "Our association"', ""), "at benchmarks[0].source: Object missing required field"),
        (PEERS.replace('"annual"', '"quarterly"'), "at benchmarks[0].window: Invalid enum value 'quarterly'"),
        (PEERS_SAY.replace('"annual"', '"monthly"'), "at opinions[0].window: Invalid enum value 'monthly'"),
        (PEERS_SAY.replace("median = 88", "mode = 88"), "at opinions[0].classes[0]: Object contains unknown field"),
        (BOTH, "own.toml cannot be used: 'segment grr' occurs twice. Name the set under `replace`"),
        (
            'replace = ["peers"]' + PEERS,
            "names the set peers, which does not exist. Use one of these sets: product, segment, stage, surv",
        ),
        ("replace = true" + PEERS, "the set segment has no nrr. Verdicts compare with this set"),
        ('replace = ["segment"]' + ONE_BENCHMARK.format(name="segment", metric="nrr"), "the set segment has no grr."),
    ],
)
def test_a_file_of_ones_own_is_refused_by_file_and_key(text: str, message_text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        extend_playbook(load_playbook(), text, "own.toml")
    assert str(caught.value).startswith("The playbook own.toml")
    assert message_text in str(caught.value)
