"""The answers where the sheet cannot say something: closes, ends, rows of no account, rates, doubted readings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bot.service.analyst import Analyst
from core.digests.weekly import Digest, Recorded, build_digest
from core.errors import N_, NrrbotError, QuestionError, Sentence
from core.ledger.coverage import Coverage
from core.ledger.ledger import Ledger
from core.ledger.rates import Currencies
from core.money import find_currency
from core.months import Month
from core.terms import Language
from sheets.tabs.decisions import Decision
from tests.support.digests import read_digest as read_whole_digest
from tests.support.generate import EUR
from tests.support.ledgers import keep_closes
from tests.support.samples.nine_accounts import build_analyst, build_company, save_snapshot

LANGUAGES: Sequence[Language] = ("en", "fr")
QUESTIONS = (
    *("", "enterprise Q3", "TTM", "2025-07", "Q3 movements", "Q3 compounded", "why", "by industry Q3", "methods"),
    *("accounts", "trend", "cohorts", "cohorts year", "Q3 vs Q2", "enterprise vs mid-market Q3", "risks", "renewals"),
    *("reconcile 86.1", "mrr", "arr enterprise 2025", "mrr by industry", "churn", "churn enterprise 2025-07"),
    *("mix", "mix enterprise Q3", "quick ratio", "quickratio enterprise Q3", "concentration enterprise"),
    *("renewalrate", "survival", "pricevolume"),
    *("opportunities", "targets", "outlook", "data", "whatif churn 5%->3%", 'whatif lose "Bluepeak"', "by size Q3"),
)
DOUBT = Decision(
    "unit",
    "MRR",
    "C1",
    Sentence(N_("Revenue, {accounts}, {month}"), {"accounts": "9", "month": "2025-09"}),
    is_doubted=True,
)


def keep_every(months: int) -> Ledger:
    """Return the company of nine accounts as a sheet of every so many closes gives it, to September 2025."""
    ledger = build_company()
    return_first = (len(ledger.panel) - 1) % months
    ledger = replace(ledger, first=ledger.first + return_first, panel=ledger.panel[return_first:].copy())
    return keep_closes(ledger, [ledger.last - back for back in range(0, len(ledger.panel), months)])


def leave_out_one_month(month: Month) -> Ledger:
    ledger = build_company()
    return keep_closes(ledger, [close for close in ledger.closes if close != month])


def read_text(analyst: Analyst, question: str) -> str:
    """Return the answer to a question, or the error that says why there is none."""
    try:
        return analyst.reply("/nrr", question).message().text
    except NrrbotError as error:
        return analyst.translate.format_error(error)


def read_digest(analyst: Analyst) -> str:
    digest = build_digest(analyst.load_newest().scope, analyst.today)
    return read_whole_digest(digest, analyst.translate)


def read_json(analyst: Analyst, question: str) -> Any:
    return analyst.reply("/nrr", question).json()


def change_coverage(**values: Any) -> Ledger:
    ledger = build_company()
    return replace(ledger, coverage=replace(ledger.coverage, **values))


def price_in_dollars(accounts: int) -> Ledger:
    """Return the company with its first accounts in dollars, for which the sheet has no rate."""
    ledger = build_company()
    in_dollars = np.arange(ledger.accounts.count) < accounts
    return replace(
        ledger,
        accounts=replace(ledger.accounts, excluded=in_dollars, unpriced=in_dollars),
        currencies=Currencies((EUR, find_currency("USD")), in_dollars.astype(np.int16)),
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "ledger",
    [
        keep_every(3),
        keep_every(6),
        keep_every(12),
        leave_out_one_month(Month.of(2025, 6)),
        leave_out_one_month(Month.of(2024, 9)),
        change_coverage(can_leave=False),
        change_coverage(left_out_rows=3, left_out_mrr=(12_000,) * 24),
        price_in_dollars(4),
        price_in_dollars(9),
    ],
    ids=["quarters", "half-years", "years", "no June", "no September", "no ends", "rows", "dollars", "all dollars"],
)
def test_every_question_has_an_answer_or_a_reason(tmp_path: Path, language: Language, ledger: Ledger) -> None:
    analyst = build_analyst(tmp_path, language, ledger)
    for question in QUESTIONS:
        text = read_text(analyst, question)
        assert text
        assert "{" not in text
        assert not re.search(r"-\d[\d,.]*\s?%", text), question
        try:
            assert read_json(analyst, question)
        except QuestionError:
            continue
    assert read_digest(analyst)


def test_a_sheet_of_quarter_ends_has_quarters_and_no_months(tmp_path: Path) -> None:
    analyst, monthly = build_analyst(tmp_path, "en", keep_every(3)), tmp_path / "monthly"
    monthly.mkdir()
    every_month = build_analyst(monthly, "en", build_company())
    for question in ("Q3", "TTM", "enterprise Q3", "H1 2025"):
        for window in ("window", "trailing_12_months"):
            assert read_json(analyst, question)[window] == read_json(every_month, question)[window]
    text = read_text(analyst, "2025-07")
    reason = "needs the close of July 2025, and the data has only the ends of quarters"
    assert f"Because it {reason}." in text
    assert "Twelve months: n/a, it needs the close of July 2024, and the data has only the ends of" in text
    assert read_json(analyst, "2025-07")["window"]["nrr"] is None
    for question in ("2025-07 vs Q2", "by industry 2025-07", "accounts 2025-07"):
        assert "needs the close of July 2025, and the data has only the ends of quarters." in read_text(
            analyst, question
        )
    assert "NRR" in read_text(analyst, "outlook").splitlines()[0]
    assert [row["end"] for row in read_json(analyst, "outlook")["rows"]] == ["2025-12"]
    assert [point["month"] for point in read_json(analyst, "trend")["months"]] == [
        *("2024-03", "2024-06", "2024-09", "2024-12", "2025-03", "2025-06", "2025-09"),
    ]
    assert "Moved most since June 2025:" in read_digest(analyst)
    assert "The data has the ends of quarters only." in read_text(analyst, "data")


def test_a_missing_month_is_named(tmp_path: Path) -> None:
    analyst = build_analyst(tmp_path, "en", leave_out_one_month(Month.of(2025, 6)))
    assert "Because it needs the close of June 2025, and the data has no June 2025." in read_text(analyst, "Q3")
    assert "The data does not have June 2025." in read_text(analyst, "data")
    # Without a period, the answer is about one that has figures.
    assert read_text(analyst, "").startswith("Whole company, Q1 2025: NRR ")


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_ends_retention_is_not_known_and_mrr_is(tmp_path: Path, language: Language) -> None:
    analyst = build_analyst(tmp_path, language, change_coverage(can_leave=False))
    reason = {
        "en": "the tab does not show which MRR was lost: it has no column of ends, or no amounts of those that left",
        "fr": "l’onglet ne montre pas le MRR perdu : il n’a pas de colonne de fin, ou pas les montants des départs",
    }[language]
    for question in (
        "",
        "enterprise Q3",
        "TTM",
        "by industry Q3",
        "methods",
        "reconcile 100.0",
        "trend",
        "cohorts",
        "Q3 vs Q2",
        "targets",
        "mrr",
        "churn",
    ):
        text = read_text(analyst, question)
        assert reason in text, question
        assert not re.search(r"(NRR|GRR)[^.|]{0,12}\b100", text), question
    answer = read_json(analyst, "Q3")
    ratios = {name: answer["window"][name] for name in ("nrr", "grr", "logo_retention")}
    assert ratios == dict.fromkeys(ratios)
    assert (
        answer["window"]["nrr_reason"]
        == "the tab does not show which MRR was lost: it has no column of ends, or no amounts of those that left"
    )
    assert answer["reading"]["withheld"] == "cannot_leave"
    assert all(row["window"]["nrr"] is None for row in read_json(analyst, "by industry Q3")["rows"])
    if language == "en":
        text = read_text(analyst, "Q3")
        assert re.search(r"MRR at the end of September 2025 +€69,700 +8 accounts", text)
        assert re.search(r"ARR +€836,400", text)
        assert "an export with the canceled ones has both." in text


def test_rows_of_no_account_are_in_every_answer(tmp_path: Path) -> None:
    analyst = build_analyst(tmp_path, "en", change_coverage(left_out_rows=3, left_out_mrr=(12_050,) * 24))
    sentence = "3 rows that belong to no account excluded (€121 of MRR): see the tab NRR Problems."
    for question in QUESTIONS:
        if not question.startswith("2025-07"):
            assert sentence in read_text(analyst, question), question
    assert sentence in read_digest(analyst)
    excluded = read_json(analyst, "Q3")["excluded"]
    assert (excluded["accounts"], excluded["rows"], excluded["rows_mrr"]) == (0, 3, 12_050)
    assert read_json(analyst, "data")["left_out_rows"] == 3


def test_rows_of_no_account_are_a_reason_for_no_verdict(tmp_path: Path) -> None:
    # MRR at the start of the twelve months is €73,900: the rows are a tenth of both together from €8,211.11 on.
    for name, mrr, withheld in (("less", 821_111, None), ("more", 821_112, "much_left_out")):
        (tmp_path / name).mkdir()
        analyst = build_analyst(tmp_path / name, "en", change_coverage(left_out_rows=1, left_out_mrr=(mrr,) * 24))
        answer = read_json(analyst, "TTM")
        assert (answer["window"]["starting_mrr"], answer["reading"]["withheld"]) == (7_390_000, withheld)


@pytest.mark.parametrize("language", LANGUAGES)
def test_accounts_without_a_rate_are_counted_in_their_own_currency(tmp_path: Path, language: Language) -> None:
    analyst = build_analyst(tmp_path, language, price_in_dollars(2))
    text = read_text(analyst, "TTM")
    assert {
        "en": "2 excluded without exchange rates (USD 31,900.00 of MRR).",
        "fr": "2 exclus faute de cours (31\u202f900,00 USD de MRR)",
    }[language] in text
    assert {"en": "No verdict: 10% or more", "fr": "Pas de verdict\u00a0: 10\u00a0% ou plus"}[language] in text
    assert "at least" not in text
    assert "company.currency" not in text
    answer = read_json(analyst, "TTM")
    assert answer["excluded"]["unpriced"] == {"USD": {"accounts": 2, "mrr": 3_190_000}}
    assert answer["excluded"]["counted"] == 5
    assert answer["reading"]["withheld"] == "much_left_out"


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_an_account_in_the_reporting_currency_the_config_may_be_wrong(
    tmp_path: Path, language: Language
) -> None:
    assert {
        "en": "Add the rates to the tab FX. If all amounts are in USD, set company.currency to it instead.",
        "fr": "Si tous les montants sont en USD, indiquez plutôt cette devise dans company.currency.",
    }[language] in read_text(build_analyst(tmp_path, language, price_in_dollars(7)), "TTM")


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_doubt_is_in_every_answer(tmp_path: Path, question: str) -> None:
    analyst = build_analyst(tmp_path, "en", build_company())
    settled = replace(DOUBT, statement=Sentence(N_("{one}; {more}"), {"one": "a", "more": "b"}), is_doubted=False)
    save_snapshot(analyst.store, build_company(), "2", [DOUBT, settled], "implausible_no_churn")
    text = read_text(analyst, question)
    assert "Revenue, 9, 2025-09" in text
    assert "The tab NRR Problems lists figures that are rarely right (implausible_no_churn)." in text
    # Of the decisions that need no caution only `data` speaks.
    assert ("a; b" in text) == (question == "data")
    assert read_json(analyst, question)["doubts"] == [
        "Revenue, 9, 2025-09",
        "The tab NRR Problems lists figures that are rarely right (implausible_no_churn).",
    ]
    assert "To check: Revenue, 9, 2025-09" in read_digest(analyst)


def test_the_decisions_of_a_reading_are_kept(tmp_path: Path) -> None:
    analyst = build_analyst(tmp_path, "en", build_company())
    snapshot = save_snapshot(analyst.store, build_company(), "2", [DOUBT])
    assert snapshot.decisions == (
        {
            "topic": "unit",
            "tab": "MRR",
            "cell": "C1",
            "msgid": "Revenue, {accounts}, {month}",
            "values": {"accounts": "9", "month": "2025-09"},
            "config_line": "",
            "is_doubted": True,
        },
    )
    kept = analyst.store.record_unchanged(snapshot.id, snapshot.checked_at, "3")
    assert kept.decisions == snapshot.decisions
    assert analyst.store.record_unchanged(snapshot.id, snapshot.checked_at, "3", decisions=[]).decisions == ()


def test_the_limits_of_a_sheet_come_back_from_the_store(tmp_path: Path) -> None:
    coverage = Coverage(frozenset([Month.of(2024, 6)]), can_leave=False, left_out_rows=2, left_out_mrr=(7,) * 24)
    analyst = build_analyst(tmp_path, "en", replace(build_company(), coverage=coverage))
    newest = analyst.load_newest()
    assert newest.scope.ledger.coverage == coverage
    assert not newest.figures().can_leave
    window = read_json(analyst, "Q3")["window"]
    assert (window["nrr"], window["starting_mrr"]) == (None, 7_870_000)


# Amounts far above the account's others.

WITHOUT = {
    "en": "To check: An amount far above its account's median counts in these figures: Q3 2025, NRR 85.1% (77.0% "
    "without Bluepeak), GRR 83.8% (74.9% without Bluepeak); twelve months to September 2025, NRR 90.7% (74.6% without "
    "Bluepeak), GRR 80.6% (72.6% without Bluepeak).",
    "fr": "À vérifier : Un montant très supérieur à la médiane de son compte entre dans ces chiffres : T3 2025, NRR "
    "85,1 % (77,0 % sans Bluepeak), GRR 83,8 % (74,9 % sans Bluepeak) ; douze mois à fin septembre 2025, NRR 90,7 % "
    "(74,6 % sans Bluepeak), GRR 80,6 % (72,6 % sans Bluepeak).",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_figures_are_given_with_and_without_an_account_of_an_absurd_amount(tmp_path: Path, language: Language) -> None:
    analyst = build_analyst(tmp_path, language, build_company())
    save_snapshot(analyst.store, build_company(), "2", code="amount_absurd", account="A-0002")
    for question in ("enterprise Q3", "why enterprise Q3"):
        assert WITHOUT[language] in read_text(analyst, question).replace("\u00a0", " ").replace("\u202f", " ")
    answer = read_json(analyst, "enterprise Q3")
    bluepeak = [{"account": "A-0002", "name": "Bluepeak"}]
    assert answer["window"]["without_absurd"] == {"accounts": bluepeak, "nrr": "77.0", "grr": "74.9"}
    assert answer["trailing_12_months"]["without_absurd"] == {"accounts": bluepeak, "nrr": "74.6", "grr": "72.6"}
    # One window is named once, and a cut without the account has nothing to check.
    assert read_text(analyst, "enterprise TTM").count("Bluepeak)") == 2
    assert read_json(analyst, "mid-market Q3")["window"]["without_absurd"] is None
    assert "Bluepeak)" in read_digest(analyst)


def test_an_accepted_amount_is_no_longer_set_apart(tmp_path: Path) -> None:
    analyst = build_analyst(tmp_path, "en", build_company())
    save_snapshot(analyst.store, build_company(), "2", code="amount_absurd", account="A-0002")
    (problem,) = analyst.load_newest().problems()
    analyst.store.accept_problems("file:/x", {problem.fingerprint: problem.code}, analyst.clock())
    assert "without Bluepeak" not in read_text(analyst, "enterprise Q3")
    assert read_json(analyst, "enterprise Q3")["window"]["without_absurd"] is None


def test_the_digest_mentions_the_totals_of_the_sheet_when_they_change(tmp_path: Path) -> None:
    analyst = build_analyst(tmp_path, "en", build_company())
    differ = "The sheet's own totals differ"
    save_snapshot(analyst.store, build_company(), "2", code="implausible_total")

    def build(previous: Recorded | None) -> Digest:
        return build_digest(analyst.load_newest().scope, analyst.today, previous)

    first = build(None)
    assert differ in read_whole_digest(first, analyst.translate)
    assert "To check" not in read_whole_digest(build(first.record()), analyst.translate)
    (problem,) = analyst.load_newest().problems()
    analyst.store.accept_problems("file:/x", {problem.fingerprint: problem.code}, analyst.clock())
    text = read_whole_digest(build(first.record()), analyst.translate)
    assert "The differences of the sheet's own totals are fixed or accepted." in text
