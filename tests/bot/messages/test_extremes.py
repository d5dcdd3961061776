"""Every message of extreme companies is one that Slack takes, in all its forms, and nothing in it is too long."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bot.jobs.home import HomeViews
from bot.locale.readers import Reader
from bot.locale.translator import get_translator
from bot.messages.corrections.wrong_figure import Doubt, build_doubt_message, build_doubt_modal
from bot.messages.kit.payload import build_payload
from bot.messages.status.errors import build_error_message
from bot.service.access.viewer import OPERATOR
from bot.service.analyst import Analyst
from bot.slack.request import Request
from core.errors import NrrbotError
from core.ledger.columns import encode_values
from core.ledger.ledger import Ledger, build_accounts
from core.months import Month
from core.query.intents.lines import spell_condition
from core.query.vocabulary import Filter
from core.store.state.preferences import Preferences
from core.terms import Language
from tests.support.digests import list_unasked
from tests.support.generate import EUR, company
from tests.support.ledgers import build_ledger
from tests.support.message_faults import find_faults
from tests.support.samples.nine_accounts import build_analyst, build_company
from tests.support.scopes import NOW
from tests.support.slack.block_kit import check_message, check_view, unescaped_in

QUESTIONS = (
    "", "Q3", "TTM", "2025-07", "why", "by segment", "by industry TTM", "accounts TTM", "accounts Q3 base", "mrr",
    "mrr by segment", "arr", "churn TTM", "trend", "trend 4 quarters", "cohorts", "cohorts year", "survival", "methods",
    "reconcile 96.1", "mix", "quick ratio", "concentration", "renewal rate TTM", "price volume TTM", "risks", "signs",
    "opportunities", "renewals", "whatif churn 5%->3%", "lose A-0001", "account A-0001", "targets", "outlook",
    "benchmarks", "define nrr", "data", "help", "Q3 vs Q2", "entreprize Q3", "accounts of nobody",
)  # fmt: skip
LONG = "<!channel> *bold* _x_ `code` & 😀 <https://example.com|here> "


def lengthen(name: str) -> str:
    """Return a name of 3,000 characters that is all that Slack would read as markup."""
    return f"{name} {LONG * 60}"[:3_000]


def build_long_names() -> Ledger:
    ledger = build_company()
    accounts = build_accounts(ledger.accounts.ids, [lengthen(name) for name in ledger.accounts.names])
    columns = {
        key: encode_values(lengthen(key), [lengthen(column.values[code]) for code in column.codes.tolist()])
        for key, column in ledger.columns.items()
    }
    places = np.arange(len(accounts.ids), dtype=np.float64)
    facts = {"renewal_date": places * 9 + NOW.date().toordinal(), "nps": places % 11, "feature_adoption": places / 20}
    return replace(ledger, accounts=accounts, columns=columns, facts=facts)


def build_many_segments() -> Ledger:
    ledger = company(3, 1_000, 36)
    names = [f"Segment {number % 500:03d} of a company with very many of them" for number in range(1_000)]
    return replace(ledger, columns={**ledger.columns, "segment": encode_values("Segment", names)})


def build_nothing() -> Ledger:
    accounts = build_accounts(["A-0001"], ["Gone"])
    return build_ledger(np.zeros((24, 1), dtype=np.int64), first=Month.of(2023, 10), currency=EUR, accounts=accounts)


def build_large_company() -> Ledger:
    return company(5, 100_000, 36)


COMPANIES: Mapping[str, Callable[[], Ledger]] = {
    "long names": build_long_names,
    "many segments": build_many_segments,
    "nothing": build_nothing,
}


def list_faults(analyst: Analyst, question: str) -> list[str]:
    """Return the faults of the answer to a question, or of the error in its place."""
    try:
        message = analyst.reply("/nrr", question).message()
    except NrrbotError as error:
        message = build_error_message(error, analyst.translate)
    return list(find_faults(message))


def assert_no_faults(folder: Path, language: Language, ledger: Ledger) -> None:
    analyst = build_analyst(folder, language, ledger)
    faults = {question: found for question in QUESTIONS if (found := list_faults(analyst, question))}
    for unasked in list_unasked(analyst.load_newest().scope, analyst.translate):
        if found := list(find_faults(unasked.message)):
            faults[unasked.name] = found
    dimension, values = next(iter(analyst.load_newest().scope.segments.askable.items()))
    segment = spell_condition(Filter(dimension, values[0])) if values else ""
    asker = Reader(language, own=Preferences(segment=segment))
    if found := check_view(HomeViews(analyst).build_view(Request("", "", "U0ANN", "", viewer=OPERATOR, asker=asker))):
        faults["home"] = found
    assert not faults


def test_slack_takes_the_longest_words_of_a_reader() -> None:
    doubt = Doubt(LONG * 5, (LONG * 60)[:2000], LONG, LONG * 20, LONG * 40, "x" * 1200)
    message = build_doubt_message(doubt, get_translator("en"))
    assert (check_message([*message.blocks]), unescaped_in(build_payload(message))) == ([], [])
    assert not check_view(build_doubt_modal(get_translator("fr")))


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("name", COMPANIES)
def test_slack_takes_every_message_of_an_extreme_company(tmp_path: Path, name: str, language: Language) -> None:
    assert_no_faults(tmp_path, language, COMPANIES[name]())


@pytest.mark.slow
def test_slack_takes_every_message_about_100000_accounts(tmp_path: Path) -> None:
    assert_no_faults(tmp_path, "en", build_large_company())
