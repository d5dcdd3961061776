"""The weekly digest: as a value from small ledgers in the reader's notation, and as the message that it makes."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from bot.locale.translator import get_translator
from bot.messages.kit.message import Message
from bot.messages.kit.payload import build_payload
from core.digests.weekly import Digest, Recorded, build_digest
from core.ledger.columns import encode_values
from core.ledger.ledger import Ledger
from core.months import Month
from core.playbook.playbook import Targets, load_playbook
from core.reports.scope import Origin
from core.terms import Language
from tests.support.digests import join_messages, list_messages
from tests.support.generate import EUR, ledger_of
from tests.support.golden import read_blocks
from tests.support.ledgers import build_ledger
from tests.support.scopes import scope_of
from tests.support.slack.block_kit import check_message, text_length, unescaped_in

PLAYBOOK = load_playbook()
MONDAY = dt.date(2025, 10, 6)
FIRST = Month.of(2024, 9)  # of ledgers with 13 closes: to September 2025
TARGETS = Targets(Fraction(110, 100), Fraction(90, 100))


def yearly(before: str, quarter: str, month: str, after: str, first: Month = FIRST) -> Ledger:
    """Return 13 closes: that of September 2024, nine alike to June 2025, July, August and September 2025."""
    return ledger_of(before, *[quarter] * 9, quarter, month, after, first=first)


def with_segments(ledger: Ledger, segments: Mapping[str, str]) -> Ledger:
    """Return the ledger with a Segment column: account -> its segment."""
    return replace(
        ledger, columns={"segment": encode_values("Segment", [segments.get(name, "") for name in ledger.accounts.ids])}
    )


def weekly(
    ledger: Ledger,
    previous: Recorded | None = None,
    monday: dt.date = MONDAY,
    problems: Mapping[str, int] | None = None,
) -> Digest:
    origin = Origin(1, dt.datetime(2025, 10, 6, 7, tzinfo=dt.UTC), "1", problems or {})
    return build_digest(scope_of(ledger, origin=origin, today=monday), monday, previous)


def build_message(digest: Digest, language: Language = "en") -> Message:
    """Return the digest and its thread as one message; Slack must take each."""
    messages = list_messages(digest, get_translator(language))
    for message in messages:
        body: dict[str, Any] = build_payload(message)
        assert check_message(body["blocks"]) == []
        assert text_length(body["blocks"]) < 10_000
        assert not unescaped_in(body)
    return join_messages(messages)


def table(message: Message) -> list[list[str]]:
    """Return the rows of the message's table, without its heading; none where it has no table."""
    return [[cell["text"] for cell in row] for block in tables(message) for row in block["rows"][1:]]


def tables(message: Message) -> list[dict[str, Any]]:
    """Return the tables of the message, all of them in its collapsed parts."""
    children = (block.get("child_blocks", ()) for block in message.blocks)
    return [child for blocks in children for child in blocks if child["type"] == "table"]


# Twelve months: 1000 -> 700 + 450 = 1150 NRR 115.0, GRR 60.0 + 30.0 = 90.0. Quarter: from 600 + 400 = 1000.
COMPANY = with_segments(
    yearly("a 600, b 400", "a 600, b 400", "a 800, b 400", "a 850, b 300, c 50"), {"a": "Large", "b": "Small"}
)


def test_where_retention_stands_over_twelve_months() -> None:
    digest = weekly(COMPANY)
    assert digest.company.question.period.label == "TTM 2025-09"
    assert digest.company.ttm
    assert (digest.company.ttm.nrr, digest.company.ttm.grr) == (Fraction(115, 100), Fraction(90, 100))
    assert [segment_answer.question.filters[0].value for segment_answer in digest.segments] == ["Large", "Small"]
    assert [segment_answer.asked.nrr for segment_answer in digest.segments] == [Fraction(850, 600), Fraction(300, 400)]
    text = build_message(digest).text
    assert text.startswith("Retention: NRR 115.0%, GRR 90.0%\n\n")
    assert "Since the last digest" not in text
    assert table(build_message(digest)) == [
        ["Large", "141.7%", "100.0%", "1", "too few accounts"],
        ["Small", "75.0%", "75.0%", "1", "too few accounts"],
    ]


def test_what_moved_most_in_the_last_month() -> None:
    digest = weekly(COMPANY)
    assert [(mover.id, mover.kind, mover.amount) for mover in digest.movers] == [
        ("b", "contraction", -10000),
        ("a", "expansion", 5000),
        ("c", "new", 5000),
    ]
    assert "Moved most in September 2025: b −€100, a +€50, c is new (+€50)." in build_message(digest).text


def test_leaving_and_coming_back_are_told_apart_and_only_three_are_named() -> None:
    ledger = ledger_of("a 9, b 8, c 7, d 6, e 5, f 4", "b 8, c 7, d 6, e 5, f 4", "a 9, c 8, f 5, g 2")
    digest = weekly(ledger)
    assert [(mover.id, mover.kind, mover.amount) for mover in digest.movers] == [
        ("a", "reactivation", 900),
        ("b", "churn", -800),
        ("d", "churn", -600),
    ]
    assert "a came back (+€9), b left (−€8), d left (−€6)." in build_message(digest).text


def test_a_month_without_a_move_says_nothing_of_moves() -> None:
    assert "Moved most" not in build_message(weekly(ledger_of(*["a 1, b 2"] * 13))).text


# What changed since the last one.


def test_change_is_exact_and_in_points() -> None:
    before = weekly(
        with_segments(yearly("a 600, b 400", "a 600, b 400", "a 600, b 400", "a 637, b 363"), {"a": "Large"})
    )
    # 1000 -> 1000: NRR 100.0, GRR 96.3; now 115.0 and 90.0.
    digest = weekly(COMPANY, before.record())
    assert digest.change(digest.company, "ttm_nrr") == Fraction(15, 100)
    assert digest.change(digest.company, "ttm_grr") == Fraction(90, 100) - Fraction(963, 1000)
    text = build_message(digest).text
    assert "Since the last digest: NRR +15.0, GRR −6.3: no month has closed (September 2025 is the last)." in text
    large, small = table(build_message(digest))
    assert (large[1][:7], "+35.5" in large[1]) == ("141.7% ", True)  # 850 / 600 less 637 / 600
    assert small[1] == "75.0%"  # the last digest had no Small


def test_a_digest_within_a_quarter_speaks_of_the_twelve_months_to_the_last_month() -> None:
    # The second quarter lost nothing; a tenth was lost in July.
    recorded = weekly(ledger_of(*["a 100"] * 13, first=Month.of(2024, 6)), monday=dt.date(2025, 7, 7)).record()
    digest = weekly(ledger_of(*["a 100"] * 13, "a 90", first=Month.of(2024, 6)), recorded, dt.date(2025, 8, 4))
    assert digest.company.question.period.label == "TTM 2025-07"
    text = build_message(digest).text
    assert text.startswith("Retention: NRR 90.0%, GRR 90.0%")
    assert "Since the last digest: NRR −10.0, GRR −10.0: July 2025 has closed." in text
    assert "Twelve months to July: NRR 90.0%" in text


def test_a_record_survives_the_store() -> None:
    record = weekly(COMPANY).record()
    assert Recorded.restore(record.payload()) == record
    assert record.ratios["Large"]["ttm_nrr"] == Fraction(850, 600)


def test_a_digest_without_twelve_months_is_followed_by_one_with_them() -> None:
    recorded = weekly(ledger_of(*["a 100"] * 12, first=Month.of(2024, 9))).record()
    digest = weekly(ledger_of(*["a 100"] * 13, first=Month.of(2024, 9)), recorded)
    assert digest.change(digest.company, "ttm_nrr") is None
    assert build_message(digest).text.startswith("Retention: NRR 100.0%, GRR 100.0%")


# Only twelve months meet a benchmark; what costs most; what to try.


SIZES = (("n", 1000, 4), ("s", 100, 12))


def large_company(*, after: str, quarter: str = "") -> Ledger:
    accounts = ", ".join(f"n{number} 1000" for number in range(8))
    return yearly(accounts, quarter or accounts, quarter or accounts, after)


def test_the_benchmark_is_for_twelve_months_alone() -> None:
    accounts = ", ".join(f"n{number} 1000" for number in range(8))
    # The quarter is flat; the year has lost one of nine.
    ledger = yearly(f"{accounts}, z 1000", accounts, accounts, accounts)
    digest = weekly(ledger)
    assert digest.company.assessment.grr
    assert digest.company.assessment.grr.state == "below"  # 88.9 in the year, 100 in the quarter
    assert (
        "Bad. Growth is missing: no account expanded; €1,900 of MRR more would reach 110%."
        in build_message(digest).text
    )
    short = replace(ledger, panel=np.ascontiguousarray(ledger.panel[1:]), first=ledger.first + 1)
    text = build_message(weekly(short)).text
    assert "range" not in text
    assert "Twelve months: n/a, it needs 13 month closes, there are 12." in text


def test_what_costs_most_is_named_with_its_accounts() -> None:
    losing = "n0 1500, n1 1500, n2 1000, n3 1000, n4 1000, n5 900"
    text = build_message(weekly(large_company(after=losing))).text
    # Half of the churn is that of n6, as large as n7; n5 pays 100 less. The others pay 6900 of 7000.
    assert "Bad. One account explains it: n6 left with €1,000 of MRR; without it NRR is 98.6%." in text
    three = "n0 1500, n1 1500, n2 1000, n3 1000, n4 1000"
    assert (
        "Churn explains it: 3 accounts left with €3,000 of MRR within twelve months, first n5."
        in build_message(weekly(large_company(after=three))).text
    )


def test_suggestions_come_with_the_figures_that_called_for_them() -> None:
    large, small = (", ".join(f"{name}{number} {mrr}" for number in range(count)) for name, mrr, count in SIZES)
    before = f"{large}, {small}"
    ledger = yearly(before, before, before, f"n1 500, n2 1000, n3 1000, {small}")
    numbers = np.arange(ledger.accounts.count)
    facts = {
        "renewal_date": np.where(numbers == 2, MONDAY.toordinal() + 30.0, np.nan),
        "nps": np.where(numbers == 3, 3.0, np.nan),
    }
    text = build_message(weekly(replace(ledger, facts=facts))).text
    assert re.findall(r"^\d\. .*", text, re.MULTILINE) == [
        (
            "1. Review accounts above €10,000 ACV every quarter: 2 accounts lost €1,500 of MRR, €1,500 more than at "
            "the rate of the others."
        ),
        "2. Call 1 account that renews in 90 days before its term: n2 (5 Nov), €1,000 of MRR.",
        "3. Call 1 account with a sign of risk: n3, €1,000 of MRR.",
    ]


def test_problems_are_counted_and_the_tab_is_named() -> None:
    text = build_message(weekly(COMPANY, problems={"gap": 3, "amount_unreadable": 1})).text
    assert "In the sheet: 4 problems (gap 3, amount_unreadable 1); the tab NRR Problems says where" in text
    assert "In the sheet" not in build_message(weekly(COMPANY)).text


def test_what_is_left_out_is_said() -> None:
    ledger = replace(COMPANY, accounts=replace(COMPANY.accounts, excluded=np.array([False, True, False])))
    digest = weekly(ledger)
    assert digest.company.excluded.accounts == 1
    assert digest.company.asked.nrr == Fraction(850, 600)
    assert "1 account excluded for errors in the sheet" in build_message(digest).text


# Little to say, or a lot.


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize(
    ("closes", "has"),
    [
        pytest.param([""], False, id="one close, nobody"),
        pytest.param(["", ""], False, id="nobody ever"),
        pytest.param([""] * 13, False, id="nobody for a year"),
        pytest.param(["a 100"], False, id="one close"),
        pytest.param(["a 100", "a 90"], False, id="two closes"),
        pytest.param(["a 100", "a 90", "a 90", "a 80"], True, id="a quarter"),
        pytest.param(["a 100"] * 12 + [""], True, id="all gone"),
        pytest.param([""] * 12 + ["a 100"], False, id="just begun"),
    ],
)
def test_a_short_history_or_an_empty_company(closes: Sequence[str], language: Language, *, has: bool) -> None:
    ledger = ledger_of(*closes, first=Month.of(2025, 9) - (len(closes) - 1))
    digest = weekly(ledger)
    assert (digest.company.asked.nrr is not None) == has
    message = build_message(digest, language)
    assert len(message.text) > 100
    assert Recorded.restore(digest.record().payload()) == digest.record()
    if len(closes) < 13 and language == "en":
        assert f"needs 13 month closes, there are {len(closes)}" in message.text


def test_without_a_segment_column_the_size_serves() -> None:
    digest = weekly(ledger_of(*["a 100, b 2000, c 20000"] * 13, first=FIRST))
    assert digest.dimension == "Size"
    assert [row[0] for row in table(build_message(digest))] == ["SMB", "Mid-Market", "Enterprise"]
    heading = tables(build_message(digest, "fr"))[0]["rows"][0]
    assert read_blocks([heading[0]]) == "Taille"


def test_names_from_the_sheet_are_text_and_nothing_else() -> None:
    ledger = replace(COMPANY, accounts=replace(COMPANY.accounts, names=("<b>&Co", "*bold* {name}", "=cmd")))
    text = build_message(weekly(ledger)).text
    assert "*bold* {name} −€100, <b>&Co +€50, =cmd is new (+€50)." in text


def test_of_a_hundred_segments_the_largest_are_listed() -> None:
    names = [f"Segment {number:03d} of a company that has very many of them" for number in range(100)]
    panel = np.repeat(np.arange(1, 101, dtype=np.int64)[None, :], 13, axis=0) * 100
    ledger = build_ledger(panel, first=FIRST, currency=EUR, columns={"segment": encode_values("Segment", names)})
    message = build_message(weekly(ledger, weekly(ledger).record()))
    assert [row[0] for row in table(message)] == names[80:]
    assert "80 smaller values of Segment are not listed" in message.text
    assert "not listed" not in build_message(weekly(COMPANY)).text


DIFFER = "The sheet's own totals differ from the sum of its accounts: see the tab NRR Problems."


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        pytest.param(None, "", "", id="the first digest, no total differs"),
        pytest.param(None, "a", DIFFER, id="the first digest"),
        pytest.param("a", "a", "", id="the same as last week"),
        pytest.param("a", "ab", DIFFER, id="one more"),
        pytest.param("ab", "a", DIFFER, id="one less"),
        pytest.param("a", "b", DIFFER, id="another amount"),
        pytest.param("a", "", "The differences of the sheet's own totals are fixed or accepted.", id="none any more"),
    ],
)
def test_totals_of_the_sheet_are_mentioned_when_they_change(before: str | None, now: str, expected: str) -> None:
    problems = {"implausible_month": 1} | ({"implausible_total_texts": len(now)} if now else {})
    origin = Origin(1, dt.datetime(2025, 10, 6, 7, tzinfo=dt.UTC), "1", problems, differing_totals=frozenset(now))
    previous = None if before is None else replace(weekly(COMPANY).record(), differing_totals=frozenset(before))
    digest = build_digest(scope_of(COMPANY, origin=origin, today=MONDAY), MONDAY, previous)
    other = "The tab NRR Problems lists figures that are rarely right (implausible_month)."
    line = next(line for line in build_message(digest).text.splitlines() if line.startswith("To check:"))
    assert line == f"To check: {other} {expected}".rstrip()
    assert Recorded.restore(digest.record().payload()).differing_totals == frozenset(now)


def test_a_digest_that_knew_no_totals_is_restored() -> None:
    payload = weekly(COMPANY).record().payload()
    del payload["differing_totals"]
    assert Recorded.restore(payload) == weekly(COMPANY).record()
