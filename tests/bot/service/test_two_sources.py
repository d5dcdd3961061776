"""The same rows through a sheet and through DuckDB: the same JSON, but for what a warehouse does not give."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pytest
import sqlite_utils

from bot.cli.exports import movements_export
from bot.jobs.schedule import JobContext, run_refresh
from bot.locale.translator import get_translator
from bot.messages.kit.parts import Grid
from bot.service.access.viewer import Viewer
from bot.service.analyst import Analyst
from bot.service.commands import SUB_COMMANDS, find_command
from bot.service.digests.building import preview_digest
from bot.service.refresh.warehouse import sync_warehouse
from core.digests.digest_json import build_digest_json
from core.errors import AccessError, QuestionError, WarehouseError
from core.ledger.segments import Segments
from core.metrics.retention import Bridge
from core.months import Month, Window
from core.query.vocabulary import Filter
from core.sources.limited import LimitedCuts
from core.sources.stored import StoredCuts
from core.store.store import Store
from sheets.connect import open_source
from sheets.warehouse.source import WarehouseSource
from tests.support.engines import start_postgres
from tests.support.generate import company as generate_company
from tests.support.generate import ledger_of
from tests.support.hostile_company import build_hostile_company
from tests.support.losing_company import build_losing_company
from tests.support.message_faults import measure_words
from tests.support.sample_company import SampleCompany
from tests.support.two_sources import TwoSources, open_both, open_companies, save_postgres
from tests.support.warehouse import describe_company, export_ledger

# What a warehouse does not give, by its place in the JSON of an answer.
NOT_GIVEN = frozenset(
    (
        "not_given",
        # Of a sheet they are cells, and this one is stored without them.
        "problems",
        # Signs of leaving need facts about accounts.
        "why/signs",
        # Price changes are found in the amounts of all accounts.
        "window/price_changes",
        "trailing_12_months/price_changes",
    )
)
QUESTIONS = {
    "hostile": (
        "", "TTM", "South Q2 2025", "not South", "SMB", "under 1 year", "grr Basic 2025-06", "South Team Q2 2025",
        "region Unassigned", "not South not Basic", "2024-08..2024-09", "South 2024-08..2024-10", "by region Q2 2025",
        "by plan South", "by size 2024-08..2024-09", "Q2 vs Q1", "South vs Team Q2", "trend", "trend South",
        "South 2024-05", "South Q2 vs Team Q1",
        "South Q2 vs grr South Q1", "grr not South vs not Basic 2024-08..2024-12", "Q2 base from arr 100k vs Q1",
        "trend 4 quarters South Team", "why", "why South", "why Basic not SMB Q2",
        "accounts", "accounts South Team Q2 2025", "accounts TTM base kept top 7", "accounts 2024-08..2024-12 changes",
        "accounts Q2 expansion contraction churn mrr>20k", "accounts Q2 change<1000 mrr<50k",
        "accounts Q2 new arr>100k", "base from arr 100k", "South Q2 2025 base from arr 250000.50",
        "trend base from arr 100k", "why base from arr 1m", "by plan base from arr 20k",
        "accounts South base from arr 20k",
        "mrr", "mrr South", "arr not South Basic Q1 2025", "mrr SMB 2025-03", "mrr under 1 year", "mrr by region",
        "mrr by size 2024-06", "mrr by plan South 2025-05", "mrr by tenure not South", "mrr by region 2024-04",
        "mrr South Team 2024-04", "mrr base from arr 20k",
        "churn", "churn South 2024-08..2024-12", "churn Team TTM", "churn 2025-05", "churn South SMB Q1",
        "targets", "mix", "mix Q2", "mix grr South", "mix 2024-09..2024-10", "mix South Team under 1 year Q2",
        "quickratio", "quickratio South Q2", "quickratio not Basic South TTM", "whatif churn 5%->3%",
        "whatif South grr 95", "concentration", "concentration South 2025-03", "concentration SMB Team",
        "define nrr", "define mrr", "define n_eff", "define ttm",
        "benchmarks", "benchmarks South 104%", "benchmarks base from arr 20k",
    ),
    "sample": (
        "", "enterprise Q3", "why enterprise Q3", "by industry Q3", "smb, mid-market Q2", "trend enterprise",
        "accounts enterprise Q3", "accounts Q3 churn", "accounts TTM top 20",
        "enterprise Q3 base from arr 300k", "enterprise vs smb", "mrr", "mrr by industry", "arr enterprise Q3",
        "churn enterprise Q3", "churn TTM", "targets", "mix", "mix Q3", "quickratio", "benchmarks enterprise",
        "concentration enterprise",
    ),
    "losing": (
        "", "why", "North", "why South TTM", "South Pro", "Basic TTM", "not Team South", "base from arr 5k", "Q2 2025",
        "why SMB", "North Basic under 1 year", "grr Mid-Market Pro", "2025-02..2025-09", "Q1 2024",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def companies(tmp_path_factory: pytest.TempPathFactory, sample_company: SampleCompany) -> Mapping[str, TwoSources]:
    return open_companies(tmp_path_factory.mktemp("companies"), sample_company)


def ask(analyst: Analyst, question: str) -> dict[str, Any]:
    reply = analyst.reply("/nrr", question)
    assert reply.message().text
    answer: dict[str, Any] = reply.json()
    return answer


def list_differences(ours: Any, theirs: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    if path in NOT_GIVEN or ours == theirs:
        return
    if isinstance(ours, Mapping) and isinstance(theirs, Mapping):
        for key in sorted({*ours, *theirs}):
            yield from list_differences(ours.get(key), theirs.get(key), f"{path}/{key}".strip("/"))
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        # The sides of a comparison each have the exclusions of a cut.
        for one, other in zip(ours, theirs, strict=True):
            yield from list_differences(one, other, "" if path == "versus" else path)
    else:
        yield path, ours, theirs


@pytest.mark.parametrize(
    ("company", "question"), [(company, question) for company, texts in QUESTIONS.items() for question in texts]
)
def test_the_same_answer(companies: Mapping[str, TwoSources], company: str, question: str) -> None:
    both = companies[company]
    ours, theirs = ask(both.sheet, question), ask(both.warehouse, question)
    assert list(list_differences(ours, theirs)) == []


def test_every_lever_on_losses_is_suggested(companies: Mapping[str, TwoSources]) -> None:
    suggested = [ask(companies["losing"].warehouse, question)["advice"] for question in ("", "South Pro")]
    assert [[entry["lever"] for entry in advice] for advice in suggested] == [
        ["onboarding", "fit_of_offer"],
        ["success_reviews"],
    ]
    text = companies["losing"].warehouse.reply("/nrr", "why Pro").message().text
    assert "Nothing to suggest: no group of accounts lost more than its share." in text


def test_the_accounts_of_a_suggestion_are_its_largest(
    companies: Mapping[str, TwoSources], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.sources.stored.NAMED", 9)
    both, listed = companies["losing"], 0
    for question in ("", "South Pro", "North"):
        pairs = zip(ask(both.sheet, question)["advice"], ask(reopen(both.warehouse), question)["advice"], strict=True)
        for ours, theirs in pairs:
            whole, largest = (entry["evidence"].pop("largest") for entry in (ours, theirs))
            assert ours == theirs
            assert largest == whole[: len(largest)]
            listed += len(largest)
    assert 0 < listed < 5 * 5


def test_a_suggestion_for_readers_without_names(companies: Mapping[str, TwoSources]) -> None:
    analyst = companies["losing"].warehouse
    unnamed = analyst.serve(replace(analyst.viewer, sees_names=False))
    named, advice = (ask(one, "")["advice"] for one in (analyst, unnamed))
    assert all(entry["evidence"].pop("largest") for entry in named)
    assert [entry["evidence"].pop("largest") for entry in advice] == [[], []]
    assert advice == named
    text = unnamed.reply("/nrr", "why").message().text
    assert "Churn explains it: 80 accounts left with" in text
    assert "40 accounts in their first 3 months left with" in text
    assert "Largest:" not in text


def test_nothing_is_suggested_from_two_loads(tmp_path: Path) -> None:
    segments = Segments(build_losing_company())
    company = describe_company(export_ledger(segments.ledger), segments)
    both = open_both(tmp_path, segments, company, dt.datetime(2025, 10, 5, tzinfo=dt.UTC))
    # It keeps the accounts of this cut, and no sums by plan.
    silent = replace(both.warehouse, playbook=replace(both.warehouse.playbook, most=0))
    assert ask(silent, "not Team South")["advice"] == []
    with duckdb.connect(both.file) as database:
        database.execute("UPDATE mrr SET amount = 2 * amount")
    partly, wholly = ask(reopen(both.warehouse), "not Team South"), ask(reopen(both.warehouse), "")
    assert partly["newer_load"]
    assert [entry["lever"] for entry in partly["advice"]] == ["onboarding"]
    assert wholly["newer_load"]
    assert wholly["advice"] == []
    assert "Nothing to suggest" not in reopen(both.warehouse).reply("/nrr", "why").message().text
    # No account expanded in the snapshot.
    with duckdb.connect(both.file) as database:
        database.execute(f"UPDATE mrr SET amount = amount + 100 WHERE m = {segments.ledger.last.ordinal}")
    grown = ask(reopen(both.warehouse), "North")
    assert grown["newer_load"]
    assert grown["trailing_12_months"]["drivers"]["expansion"] == []


def test_a_newer_load_with_the_same_losses_is_noticed(tmp_path: Path) -> None:
    segments = Segments(ledger_of("a 100, b 50, c 10", *["a 100, b 50, c 10"] * 12))
    company = describe_company(export_ledger(segments.ledger), segments)
    both = open_both(tmp_path, segments, company, dt.datetime(2024, 2, 5, tzinfo=dt.UTC))
    with duckdb.connect(both.file) as database:
        database.execute("UPDATE mrr SET amount = amount + 100")
    assert ask(both.warehouse, "TTM")["newer_load"]


@pytest.mark.parametrize("question", ["", "TTM", "SMB", "why", "mrr", "mrr SMB", "concentration", "base from arr 1k"])
def test_a_history_of_one_close(tmp_path: Path, question: str) -> None:
    segments = Segments(ledger_of("a 100, b 50, c 10", excluded=["c"]))
    company = describe_company(export_ledger(segments.ledger), segments)
    both = open_both(tmp_path, segments, company, dt.datetime(2023, 2, 5, tzinfo=dt.UTC))
    assert list(list_differences(ask(both.sheet, question), ask(both.warehouse, question))) == []
    assert "January 2023: 2 accounts" in both.warehouse.reply("/nrr", "data").message().text


def test_a_verdict_is_withheld_for_the_highest_mrr_of_excluded_accounts(tmp_path: Path) -> None:
    segments = Segments(generate_company(2, 300, 30, hostile=True))
    company = describe_company(export_ledger(segments.ledger), segments)
    both = open_both(tmp_path, segments, company, dt.datetime(2025, 4, 5, tzinfo=dt.UTC))
    for question, withheld in (("", "much_left_out"), ("Q1 2024", "much_left_out"), ("SMB Q4 2023", None)):
        ours, theirs = ask(both.sheet, question), ask(both.warehouse, question)
        assert ours["reading"]["withheld"] == withheld
        assert list(list_differences(ours, theirs)) == []
    whole = ask(both.warehouse, "")
    # The MRR at the start alone would not have been enough.
    assert whole["excluded"]["accounts"] < whole["excluded"]["counted"] / 10
    assert whole["excluded"]["mrr"] < whole["window"]["starting_mrr"] / 10


def test_a_cut_by_four_columns_has_no_range(tmp_path: Path) -> None:
    segments = Segments(generate_company(5, 400, 30))
    company = describe_company(export_ledger(segments.ledger), segments)
    both = open_both(tmp_path, segments, company, dt.datetime(2025, 4, 5, tzinfo=dt.UTC))
    question = "not Media not UK not Basic not under 1 year TTM"
    ours, theirs = ask(both.sheet, question), ask(both.warehouse, question)
    assert theirs["window"] == {**ours["window"], "price_changes": theirs["window"]["price_changes"]}
    assert theirs["benchmark"] is None
    text = both.warehouse.reply("/nrr", question).message().text
    assert "No range: the warehouse does not give the sizes of these accounts." in text


@pytest.mark.parametrize("question", ["accounts TTM", "accounts TTM kept base", "accounts TTM churn change>10"])
def test_a_list_has_the_largest_accounts_and_the_sums_of_all(
    companies: Mapping[str, TwoSources], monkeypatch: pytest.MonkeyPatch, question: str
) -> None:
    monkeypatch.setattr("core.sources.stored.NAMED", 3)
    both = companies["hostile"]
    ours, theirs = ask(both.sheet, question), ask(reopen(both.warehouse), question)
    assert theirs["totals"] == ours["totals"]
    listed: dict[str, list[Any]] = {}
    for row in ours["rows"]:
        listed.setdefault(row["part"], []).append(row)
    assert theirs["rows"] == [row for rows in listed.values() for row in rows[:3]]
    assert len(theirs["rows"]) < len(ours["rows"])
    assert theirs["not_given"] == ["The warehouse gives the 3 largest accounts of each kind."]
    with pytest.raises(QuestionError, match="gives the 3 largest accounts of each kind, and you asked for 5"):
        ask(both.warehouse, f"{question} top 5")


@pytest.mark.parametrize("question", ["Q2 vs Q1", "grr South vs Basic TTM"])
def test_a_comparison_has_the_accounts_that_explain_most(
    companies: Mapping[str, TwoSources], monkeypatch: pytest.MonkeyPatch, question: str
) -> None:
    monkeypatch.setattr("core.sources.stored.NAMED", 3)
    both = companies["hostile"]
    ours, theirs = ask(both.sheet, question), ask(reopen(both.warehouse), question)
    assert theirs["accounts"] == ours["accounts"][:3]
    assert theirs["other_accounts"]["count"] == ours["other_accounts"]["count"] + len(ours["accounts"]) - 3 > 0


def test_an_account_that_the_warehouse_does_not_give_has_no_nrr_without_it(
    companies: Mapping[str, TwoSources], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.sources.stored.NAMED", 10)
    both = companies["hostile"]
    for question in ("concentration", "concentration SMB"):
        ours, theirs = ask(both.sheet, question), ask(reopen(both.warehouse), question)
        missing = [row["nrr_without"] is None for row in theirs["rows"]]
        assert [row for row, lacks in zip(theirs["rows"], missing, strict=True) if not lacks] == [
            row for row, lacks in zip(ours["rows"], missing, strict=True) if not lacks
        ]
        assert ("not_given" in theirs) == any(missing)


def test_a_term_is_defined_without_figures_that_the_warehouse_does_not_give(
    companies: Mapping[str, TwoSources],
) -> None:
    ours, theirs = (
        ask(analyst, "define movements") for analyst in (companies["hostile"].sheet, companies["hostile"].warehouse)
    )
    assert ours.pop("figures")
    assert theirs.pop("figures") == {}
    assert ours == theirs


def test_a_list_for_readers_without_names_has_the_sums(companies: Mapping[str, TwoSources]) -> None:
    both = companies["hostile"]
    viewer = replace(both.warehouse.viewer, sees_names=False)
    theirs = ask(both.warehouse.serve(viewer), "accounts Q2 churn top 2")
    assert (theirs["rows"], theirs["totals"]) == ([], ask(both.sheet, "accounts Q2 churn top 2")["totals"])
    with pytest.raises(QuestionError, match="The accounts are listed for readers who may see their names"):
        ask(both.warehouse.serve(viewer), "concentration")
    text = both.warehouse.serve(viewer).reply("/nrr", "accounts Q2").message().text
    assert "The accounts are listed for readers who may see their names." in text
    assert "CSV" not in text
    text = both.warehouse.serve(viewer).reply("/nrr", "Q2 vs Q1").message().text
    assert "The accounts behind it are not given here." in text
    assert "no account moved" not in text
    assert "excluded for errors in the warehouse: see nrrbot problems." in text
    assert "tab NRR Problems" not in both.warehouse.reply("/nrr", "Q2").message().text


SOUTH, SEVERAL = frozenset(["region=South"]), frozenset(["region=South", "region=North", "plan=Team"])
THEIRS = {
    SOUTH: (
        *("South Q2 2025", "why South", "by plan South", "trend South Team", "South Team Q2 2025"),
        *("South Q2 vs South Q1", "South 2024-08..2024-10", "accounts South Q2 2025", "mrr South", "churn South"),
        *("concentration South", "quickratio South Q2"),
    ),
    SEVERAL: ("South, North TTM", "Team not SMB Q2 2025", "by region Team"),
}


def ask_as(viewer: Viewer, analyst: Analyst, question: str) -> dict[str, Any]:
    try:
        return ask(analyst.serve(viewer), question)
    except AccessError as error:
        return {"refused": analyst.translate.format_error(error)}


@pytest.mark.parametrize(("limits", "question"), [(limits, text) for limits, texts in THEIRS.items() for text in texts])
def test_a_reader_of_some_segments_gets_what_a_sheet_gives(
    companies: Mapping[str, TwoSources], limits: frozenset[str], question: str
) -> None:
    both, viewer = companies["hostile"], Viewer("U1", "slack", sees_names=True, limits=limits)
    ours, theirs = (ask_as(viewer, analyst, question) for analyst in (both.sheet, both.warehouse))
    assert "refused" not in theirs
    assert list(list_differences(ours, theirs)) == []


@pytest.mark.parametrize("limits", [*THEIRS, frozenset(["region=Nowhere"])])
def test_a_reader_of_some_segments_gets_nothing_else(
    companies: Mapping[str, TwoSources], limits: frozenset[str]
) -> None:
    both, viewer = companies["hostile"], Viewer("U1", "slack", sees_names=True, limits=limits)
    for question in ("", "Basic Q2", "by region", "not South", "why", "South vs Basic"):
        ours, theirs = (ask_as(viewer, analyst, question) for analyst in (both.sheet, both.warehouse))
        assert ours == theirs, question
        assert "refused" in theirs, question
    assert both.warehouse.serve(viewer).find_scope()


def test_figures_beyond_the_limits_of_a_reader_are_narrowed_to_them(companies: Mapping[str, TwoSources]) -> None:
    scope = companies["hostile"].warehouse.load_newest().scope
    window, south = Window.ending(scope.ledger.last, 3), Filter("region", "South")
    assert scope.warehouse
    whole, limited = scope.warehouse, LimitedCuts(scope.warehouse, {"region": frozenset(["South"])})
    team = Filter("plan", "Team")
    for filters in ((), (Filter("region", "North", excluded=True),), (south, Filter("region", "North"))):
        assert limited.measure(filters, window) == whole.measure((south,), window)
    assert limited.measure((team,), window) == whole.measure((south, team), window)
    assert limited.measure((Filter("region", "North"),), window) == Bridge(window)
    assert limited.split((), "plan", window) == whole.split((south,), "plan", window)
    assert [*limited.cube.labels] == [("region", "South")]
    several = LimitedCuts(scope.warehouse, {"region": frozenset(["South"]), "plan": frozenset(["Team"])})
    theirs = [whole.measure(filters, window).starting for filters in ((south,), (team,), (south, team))]
    assert several.sum_company(window) == theirs[0] + theirs[1] - theirs[2]
    with pytest.raises(AccessError, match="more than one of the segments"):
        several.measure((), window)


def test_the_same_answers_from_postgres(tmp_path: Path) -> None:
    segments, company = build_hostile_company()
    with start_postgres(tmp_path) as socket:
        address = save_postgres(socket, company.tables)
        both = open_both(tmp_path, segments, company, dt.datetime(2025, 7, 15, 9, tzinfo=dt.UTC), address)
        for question in (
            *("", "why South Q2", "South Team Q2 2025", "by plan South", "trend South Team", "Q2 vs Q1"),
            *("grr South Q2 vs Team Q1", "accounts TTM", "accounts South Q2 change>100", "Q2 base from arr 20k"),
        ):
            differing = list(list_differences(ask(both.sheet, question), ask(both.warehouse, question)))
            assert differing == [], question
        with psycopg.connect(host=socket, user="nrrbot", dbname="postgres", autocommit=True) as connection:
            assert_a_newer_load_is_noticed(both.warehouse, lambda text: connection.execute(text.encode()))


def test_a_newer_load_is_noticed(tmp_path: Path) -> None:
    segments, company = build_hostile_company()
    both = open_both(tmp_path, segments, company, dt.datetime(2025, 7, 15, 9, tzinfo=dt.UTC))

    def execute(statement: str) -> None:
        with duckdb.connect(both.file) as database:
            database.execute(statement)

    assert_a_newer_load_is_noticed(both.warehouse, execute)
    sync_warehouse(both.warehouse, both.now + dt.timedelta(hours=1))
    assert "newer_load" not in ask(both.warehouse, "North Basic Q2 2025")


def assert_a_newer_load_is_noticed(analyst: Analyst, execute: Callable[[str], object]) -> None:
    """Load new rows and values, and ask for sums that the snapshot has and for others."""
    asked_before = "South Basic 2024-08..2024-09"
    assert "newer_load" not in ask(analyst, asked_before)
    # A month that is new changes no window of the snapshot.
    execute(f"INSERT INTO mrr VALUES ('A04', {Month.of(2025, 7).ordinal}, 100)")
    assert "newer_load" not in ask(analyst, "North Basic 2024-10..2024-11")
    execute("UPDATE accounts SET plan = 'Team' WHERE plan = 'Basic' AND region = 'North '")
    moved = ask(analyst, "North Basic Q1 2025")
    assert moved["newer_load"]
    execute("UPDATE mrr SET amount = amount + 100 WHERE amount > 0")
    for question in (
        "South Basic Q2 2025", "2024-11..2024-12", "South 2024-11..2024-12", "by region Basic Q2", "trend North Team",
        "Basic North vs Team North", "Q2 2025 vs Q4 2024", "mrr South", "churn Q3 2024",
    ):  # fmt: skip
        reply = analyst.reply("/nrr", question)
        assert reply.json()["newer_load"], question
        assert "were loaded anew since the last sync" in reply.message().text
    # These have the stored sums alone.
    for question in ("by region Q2", "mix", asked_before):
        assert "newer_load" not in ask(reopen(analyst), question), question


REFUSED = {
    "every account’s history": (
        "cohorts", "survival", "methods", "reconcile 104.1", "account A05", "lose A05", "outlook",
    ),
    "facts about accounts": ("risks", "signs", "opportunities", "renewals 60"),
    "the lines of subscriptions": ("renewal rate", "price volume Q2"),
}  # fmt: skip


def test_each_refused_command_is_tested() -> None:
    tested = {find_command(question)[0].name for questions in REFUSED.values() for question in questions}
    assert tested == {row.name for row in SUB_COMMANDS if not row.from_warehouse}


@pytest.mark.parametrize(
    ("question", "lacking"), [(question, reason) for reason, questions in REFUSED.items() for question in questions]
)
def test_a_refused_command_says_why(companies: Mapping[str, TwoSources], question: str, lacking: str) -> None:
    name = find_command(question)[0].name
    with pytest.raises(QuestionError, match=f"“{name}” needs {lacking}, which the warehouse does not give. Ask for"):
        ask(companies["hostile"].warehouse, question)


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("movements Q2", "by the cohort method only"),
        ("accounts movements Q2", "by the cohort method only"),
        ("whatif lose A05", "needs every account’s history, which the warehouse does not give"),
        ("South Team SMB under 1 year 2024-08..2024-09", ""),
    ],
)
def test_what_the_warehouse_does_not_count(companies: Mapping[str, TwoSources], question: str, says: str) -> None:
    warehouse = companies["hostile"].warehouse
    if not says:
        assert ask(warehouse, question)["window"]["accounts"]["base"] >= 0
        return
    with pytest.raises(QuestionError, match=says):
        ask(warehouse, question)


def test_the_data_of_a_warehouse_is_what_was_read_and_left_out(companies: Mapping[str, TwoSources]) -> None:
    both = companies["hostile"]
    ours, theirs = ask(both.sheet, "data"), ask(both.warehouse, "data")
    assert theirs["tables"] == {name: name for name in ("mrr", "accounts", "history", "fx", "aliases")}
    assert {**theirs["totals"], "examples": []} == {**ours["totals"], "examples": []}
    for name in ("first_month", "data_through", "closes", "currency"):
        assert theirs[name] == ours[name], name
    problems = {entry["code"]: (entry["accounts"], entry["mrr"]) for entry in theirs["table_problems"]}
    assert theirs["problems"].keys() == problems.keys() == {
        "fx_missing", "amount_negative", "account_missing", "gap", "history_late", "month_missing",
    }  # fmt: skip
    errors = [problems[code] for code in ("fx_missing", "amount_negative", "account_missing")]
    assert [theirs["quarantined"], theirs["quarantined_mrr"]] == [sum(column) for column in zip(*errors, strict=True)]
    for language, says in (
        ("en", "{} accounts with an error, €343,431 of MRR when they last paid."),
        ("fr", "{} comptes avec une erreur, 343 431 € de MRR à leur dernier paiement."),
    ):
        message = both.warehouse.speak(get_translator(language)).reply("/nrr", "data").message()
        assert says.format(theirs["quarantined"]) in re.sub(r"[\u00a0\u202f]", " ", message.text)
        words, _ = measure_words(message)
        assert words <= 150
        [grid] = (part for part in message.parts if isinstance(part, Grid))
        assert [row[0] for row in grid.rows[1:]] == list(problems)
    for fix in ("Add the rates to warehouse.fx.", "Load them into warehouse.mrr."):
        assert fix in both.warehouse.reply("/nrr", "data").message().text


def test_a_refusal_has_the_names_of_the_readers_language(companies: Mapping[str, TwoSources]) -> None:
    with pytest.raises(QuestionError, match=r"“compte” needs .*: pourquoi, par, comptes, "):
        ask(companies["hostile"].warehouse.speak(get_translator("fr")), "compte A05")


def test_without_the_warehouse_the_cube_answers(companies: Mapping[str, TwoSources], tmp_path: Path) -> None:
    both = companies["hostile"]
    newest = both.warehouse.find_newest()
    assert newest is not None
    assert isinstance(newest.scope.warehouse, StoredCuts)
    moved = both.file.rename(tmp_path / "away.duckdb")
    both.file.mkdir()
    try:
        analyst = reopen(both.warehouse)
        ours, theirs = ask(both.sheet, "North Q1 2025"), ask(analyst, "North Q1 2025")
        assert theirs["window"]["nrr"] == ours["window"]["nrr"]
        assert theirs["window"]["starting_mrr"] == ours["window"]["starting_mrr"]
        assert theirs["window"]["drivers"] == {"expansion": [], "contraction": [], "churn": []}
        assert "The warehouse cannot be reached" in theirs["not_given"][1]
        ours, theirs = ask(both.sheet, "North 2024-05"), ask(analyst, "North 2024-05")
        assert theirs["excluded"]["accounts"] == ours["excluded"]["accounts"] > 0
        with pytest.raises(WarehouseError, match="The warehouse cannot be reached"):
            ask(analyst, "North 2024-07..2024-10")
        for question, names in (("mrr North 2025-02", "largest"), ("churn North Q1 2025", "accounts")):
            ours, theirs = ask(both.sheet, question), ask(analyst, question)
            assert theirs[names] == []
            assert "The warehouse cannot be reached" in theirs.pop("not_given")[0]
            assert list(list_differences({**ours, names: []}, theirs)) == []
            assert "The warehouse cannot be reached" in analyst.reply("/nrr", question).message().text
        compared = ask(analyst, "North Q1 2025 vs South")
        assert compared["difference"] == ask(both.sheet, "North Q1 2025 vs South")["difference"]
        assert compared["accounts"] == []
        assert "The warehouse cannot be reached" in compared["not_given"][0]
        text = analyst.reply("/nrr", "North Q1 2025 vs South").message().text
        assert "The accounts behind it are not given here." in text
        assert "The warehouse cannot be reached" in text
        assert "duckdb" not in text
    finally:
        both.file.rmdir()
        moved.rename(both.file)


def test_the_same_digest_and_movements(companies: Mapping[str, TwoSources]) -> None:
    for both in companies.values():
        built = [preview_digest(analyst, both.now) for analyst in (both.sheet, both.warehouse)]
        ours, theirs = (build_digest_json(one.digest) for one in built)
        if counts := theirs.pop("new_problems"):
            assert f"In the warehouse: {sum(counts.values())} problems (" in built[1].text
        ours.pop("new_problems")
        # The answer about the company is that of a question.
        assert list(list_differences(ours.pop("company"), theirs.pop("company"))) == []
        # Who lost most of it, by the values of nine months before, is not given.
        for digest in (ours, theirs):
            digest["fall"] = {
                key: value for key, value in (digest["fall"] or {}).items() if key in {"points", "component"}
            }
        assert ours == theirs
        months = [list(movements_export(analyst.load_newest().scope).rows) for analyst in (both.sheet, both.warehouse)]
        assert months[0] == months[1]


def test_the_job_reads_the_warehouse(companies: Mapping[str, TwoSources]) -> None:
    both = companies["hostile"]
    work = JobContext(both.warehouse, open_source(both.warehouse.config), None)
    assert run_refresh(work, both.now) is None
    # Within an hour nothing is read: only a query can tell whether the tables have changed.
    assert run_refresh(work, both.now + dt.timedelta(minutes=5)) is None
    assert both.warehouse.store.load_latest_snapshot().id == 1
    with pytest.raises(QuestionError, match="“preview” needs every account’s history"):
        both.warehouse.require_accounts("preview")


def test_a_query_is_asked_once_and_kept_with_the_snapshot(
    companies: Mapping[str, TwoSources], monkeypatch: pytest.MonkeyPatch
) -> None:
    both = companies["hostile"]
    asked: list[tuple[object, ...]] = []
    for name in ("cube_of_cut", "pairs"):
        query = getattr(WarehouseSource, name)

        def count(source: WarehouseSource, *values: object, query: Any = query) -> Any:
            asked.append(values)
            return query(source, *values)

        monkeypatch.setattr(WarehouseSource, name, count)
    first, again = [ask(reopen(both.warehouse), "North Basic 2024-10..2024-11") for _ in range(2)]
    assert first == again
    # One of the sums and one of the accounts of each window: the asked one, twelve months, and those before.
    assert (len(asked), len(set(map(repr, asked)))) == (5, 5)


def reopen(analyst: Analyst) -> Analyst:
    """Return another analyst of the same store, as after a restart."""
    store = Store(analyst.store.path)
    return Analyst(analyst.config, store, analyst.source, analyst.playbook, analyst.translate, analyst.clock)


def test_without_the_warehouse_a_cause_has_no_names(companies: Mapping[str, TwoSources], tmp_path: Path) -> None:
    both = companies["losing"]
    path = tmp_path / "unasked.db"
    sqlite_utils.Database(both.warehouse.store.path).conn.execute("VACUUM INTO ?", [str(path)])
    sqlite_utils.Database(path).table("query_results").delete_where()
    analyst = replace(reopen(both.warehouse), store=Store(path))
    moved = both.file.rename(tmp_path / "away.duckdb")
    both.file.mkdir()
    try:
        text = analyst.reply("/nrr", "").message().text
        assert "Churn explains it: 80 accounts left with €101.6k of MRR within twelve months." in text
        assert "The warehouse cannot be reached" in text
        assert "No range: the warehouse does not give the sizes of these accounts." in text
        assert "Nothing to suggest" not in analyst.reply("/nrr", "why").message().text
    finally:
        both.file.rmdir()
        moved.rename(both.file)
