"""Golden messages: one file per language with the parts of every message, and rules that hold for all messages.

After an intended change of a sentence: `make messages`, then read the diff.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from bot.locale.translator import get_translator
from bot.messages.digests.alerts import build_alert_message
from bot.messages.digests.own_accounts import build_called_message, build_own_accounts_messages
from bot.messages.digests.weekly import Footer
from bot.messages.kit.blocks import HEADER_LIMIT
from bot.messages.kit.limits import shorten
from bot.messages.kit.message import Message
from bot.messages.kit.parts import Button, Grid
from bot.service.analyst import Analyst
from core.digests.own_accounts import RecordedAccount, RecordedList, list_own_accounts
from core.digests.weekly import Recorded, build_digest
from core.errors import NrrbotError
from core.ledger.ledger import Ledger
from core.months import Month
from core.terms import Language
from tests.support.digests import add_signs, find_all_alerts, list_messages
from tests.support.generate import EUR
from tests.support.golden import count_words, format_parts, read_blocks, read_golden, write_golden
from tests.support.ledgers import raise_prices
from tests.support.message_faults import find_faults
from tests.support.samples import forty_accounts
from tests.support.samples.nine_accounts import build_analyst, build_company

GOLDEN = Path(__file__).parent / "golden"
LANGUAGES: tuple[Language, ...] = ("en", "fr")


def ask(text: str, command: str = "/nrr") -> Callable[[Analyst], Message]:
    return lambda analyst: analyst.reply(command, text).message()


def ask_forty(text: str) -> Callable[[Analyst], Message]:
    """Return what asks about the company whose past snapshots keep facts."""

    def message(analyst: Analyst) -> Message:
        path = analyst.store.path.with_name(f"{text.split(maxsplit=1)[0]}.db")
        return forty_accounts.build_analyst(path, analyst.translate).reply("/nrr", text).message()

    return message


def ask_about(text: str, change: Callable[[Ledger], Ledger]) -> Callable[[Analyst], Message]:
    """Return what asks about the company with a change of its ledger."""

    def message(analyst: Analyst) -> Message:
        folder = analyst.store.path.parent / f"{change.__name__} {text}"
        folder.mkdir()
        language = analyst.translate.language
        return build_analyst(folder, language, change(build_company())).reply("/nrr", text).message()

    return message


def define(text: str) -> Callable[[Analyst], Message]:
    def message(analyst: Analyst) -> Message:
        parts = analyst.reply("/nrr", text).message().parts
        [value] = [part.value for part in parts if isinstance(part, Button) and part.action == "definition"]
        return analyst.define(analyst.read_state(value))

    return message


def raise_in_july(ledger: Ledger) -> Ledger:
    """Return a ledger without lines whose prices rise by 6% in July."""
    return drop_lines(raise_prices(ledger, Month.of(2025, 7), 6))


def drop_lines(ledger: Ledger) -> Ledger:
    return replace(ledger, lines=None)


def keep_products(ledger: Ledger) -> Ledger:
    return replace(ledger, lines=ledger.lines and replace(ledger.lines, quantities=None))


def weekly(previous: Recorded | None = None, place: int = 0) -> Callable[[Analyst], Message]:
    def message(analyst: Analyst) -> Message:
        value = build_digest(analyst.load_newest().scope, dt.date(2025, 10, 6), previous)
        return list_messages(value, analyst.translate)[place]

    return message


def list_own(*before: str, called: Sequence[str] = (), place: int = 0) -> Callable[[Analyst], Message]:
    """Return the list of an owner of all accounts, whose last list had some accounts with an MRR of €27,000."""

    def message(analyst: Analyst) -> Message:
        accounts = tuple(RecordedAccount(account_id, 2_700_000, "EUR", "") for account_id in before)
        previous = RecordedList(dt.date(2025, 9, 29), accounts) if before else None
        own = list_own_accounts(add_signs(analyst.load_newest().scope), dt.date(2025, 10, 6), [()], called, previous)
        return build_own_accounts_messages(own, analyst.translate, Footer("You get this.", 3))[place]

    return message


def list_alerts(analyst: Analyst) -> Message:
    newest = analyst.load_newest()
    found = find_all_alerts(newest.scope)
    return build_alert_message(found, analyst.calendar, analyst.translate, analyst.build_writer(newest.snapshot))


def list_none(analyst: Analyst) -> Message:
    own = list_own_accounts(analyst.load_newest().scope, dt.date(2025, 10, 6), [()])
    return build_own_accounts_messages(own, analyst.translate)[0]


BEFORE = Recorded(
    Month.of(2025, 8),
    {
        "": {"ttm_nrr": Fraction(1000, 1000), "ttm_grr": Fraction(900, 1000)},
        "Enterprise": {"ttm_nrr": Fraction(1010, 1000), "ttm_grr": Fraction(800, 1000)},
    },
)
MESSAGES: Mapping[str, Callable[[Analyst], Message]] = {
    "answer-enterprise-q3": ask("enterprise Q3"),
    "answer-grr-first": ask("enterprise Q3", "/grr"),
    "answer-company": ask(""),
    "answer-twelve-months": ask("TTM"),
    "answer-to-date": ask("2025"),
    "answer-other-method": ask("enterprise Q3 compounded"),
    "answer-industry": ask("industry=fintech sept. 2025"),
    "answer-base-from-an-arr": ask("TTM base from ARR 100k"),
    "answer-small-base": ask("mid-market Q3"),
    "answer-no-base": ask("smb Q2 2025"),
    "answer-before-history": ask("enterprise Q1 2023"),
    "answer-no-twelve-months": ask("enterprise Q1 2024"),
    "answer-price-change": ask_about("Q3", raise_in_july),
    "answer-price-change-of-the-year": ask_about("enterprise 2025-09", raise_in_july),
    "accounts-changes": ask("accounts TTM"),
    "accounts-churn": ask("comptes enterprise TTM churn"),
    "accounts-none": ask("accounts smb Q3 expansion"),
    "accounts-top": ask("accounts TTM top 2"),
    "accounts-threshold": ask("accounts TTM churn expansion change>6000"),
    "account": ask('account "Bluepeak"'),
    "account-by-a-part-of-its-name": ask("compte lab"),
    "account-that-left": ask("account A-0001"),
    "account-in-no-base": ask("account pier 9"),
    "why-enterprise-q3": ask("why enterprise Q3"),
    "why-company": ask("pourquoi"),
    "why-energy": ask("explain energy"),
    "why-small-base": ask("why mid-market"),
    "why-no-base": ask("why smb Q2 2025"),
    "why-no-twelve-months": ask("why enterprise Q1 2024", "/grr"),
    "why-price-change": ask_about("why TTM", raise_in_july),
    "definition": define("enterprise Q3"),
    "by-industry": ask("by industry Q3"),
    "mrr": ask("mrr"),
    "mrr-year": ask("mrr enterprise 2025"),
    "mrr-first-close": ask("mrr 2023-10"),
    "mrr-by-industry": ask("mrr by industry 2025-07"),
    "arr-size": ask("arr size=Enterprise Q3"),
    "arr-by-size": ask("arr par taille enterprise 2024-06"),
    "churn": ask("churn enterprise Q3"),
    "churn-month": ask("churn 2025-07"),
    "churn-year": ask("attrition TTM"),
    "churn-none": ask("churn mid-market 2024-02"),
    "churn-no-base": ask("churn smb Q2 2025"),
    "methods": ask("methods enterprise Q3"),
    "methods-no-twelve-months": ask("methods Q1 2024"),
    "reconcile-our-own": ask("reconcile 91.7 TTM"),
    "reconcile-reactivated": ask("reconcile 88.1 Q3"),
    "reconcile-both-sides": ask("rapprocher 101.6 enterprise T3"),
    "reconcile-logos": ask("reconcile 80.0 enterprise Q3"),
    "reconcile-whole-percent": ask("reconcile 86"),
    "reconcile-nothing-gives-it": ask("reconcile 131.7 enterprise Q3"),
    "reconcile-no-base": ask("reconcile 90 smb Q2 2025"),
    "mix": ask("mix"),
    "mix-quarter": ask("effet mix Q3", "/grr"),
    "mix-no-base": ask("mix smb Q2 2025"),
    "quick-ratio": ask("quick ratio enterprise Q3"),
    "quick-ratio-without-losses": ask("quickratio 2025-06"),
    "concentration": ask("concentration"),
    "concentration-no-twelve-months": ask("concentration enterprise 2024-03"),
    "concentration-no-mrr": ask("concentration smb 2025-07"),
    "renewal-rate": ask("renewal rate TTM"),
    "renewal-rate-quarter": ask("renewalrate enterprise Q3"),
    "renewal-rate-nothing-due": ask("renewalrate mid-market Q3"),
    "price-volume": ask("price volume TTM"),
    "price-volume-quarter": ask("pricevolume enterprise Q3"),
    "price-volume-no-expansion": ask("prix volume mid-market Q3"),
    "price-volume-products-alone": ask_about("price volume 2025", keep_products),
    "price-volume-price-change": ask_about("price volume Q3", raise_in_july),
    "price-volume-neither": ask_about("price volume TTM", drop_lines),
    "survival": ask("survival"),
    "survival-none": ask("survie enterprise"),
    "risks": ask("risks"),
    "risks-with-expected-loss": ask_forty("risks"),
    "account-with-history-of-a-sign": ask_forty("account A-0011"),
    "signs": ask_forty("signs"),
    "signs-not-tested": ask("signs"),
    "opportunities": ask("opportunities"),
    "renewals": ask("renewals 60"),
    "versus-periods": ask("enterprise Q3 vs Q2"),
    "versus-cuts": ask("enterprise vs mid-market Q3", "/grr"),
    "versus-unlike": ask("Q3 contre 2024"),
    "versus-no-base": ask("enterprise vs smb Q2"),
    "cohorts": ask("cohorts"),
    "cohorts-grr": ask("cohorts", "/grr"),
    "cohorts-year-enterprise": ask("cohorts year enterprise"),
    "trend-enterprise": ask("trend enterprise"),
    "trend-grr-first": ask("trend", "/grr"),
    "trend-quarters": ask("trend 4 quarters enterprise"),
    "trend-all-quarters": ask("tendance trimestres", "/grr"),
    "trend-no-twelve-months": ask("trend Q2 2024"),
    "benchmarks": ask("benchmarks"),
    "benchmarks-of-a-cut": ask("repères enterprise", "/grr"),
    "benchmarks-of-a-percentage": ask("benchmarks 96%"),
    "benchmarks-nrr": ask("benchmarks enterprise nrr 104,5%"),
    "define-nrr": ask("define nrr"),
    "define-churn": ask("définir taux de churn"),
    "define-cohort": ask("define cohort"),
    "define-n-eff": ask("define n_eff"),
    "data": ask("data"),
    "whatif-churn": ask("whatif churn 5%->3%"),
    "whatif-grr": ask("whatif enterprise grr 95"),
    "whatif-lose": ask('lose "Bluepeak", pier 9'),
    "targets": ask("targets"),
    "outlook": ask("outlook"),
    "outlook-small-base": ask("outlook mid-market"),
    "help": ask("help"),
    "digest-first": weekly(),
    "digest-with-changes": weekly(BEFORE),
    "digest-thread-changes": weekly(BEFORE, 1),
    "digest-thread-actions": weekly(BEFORE, 2),
    "digest-own-accounts": list_own(),
    "digest-own-accounts-with-changes": list_own("A-0003", "A-0001", "A-0005", "A-0099", called=["A-0005"]),
    "digest-own-accounts-thread": list_own(place=1),
    "digest-own-accounts-none": list_none,
    "digest-alerts": list_alerts,
    "digest-account-called": lambda analyst: build_called_message("R&D <Lab>", "A-0003", analyst.translate),
}


OF_ANOTHER_COMPANY = {"risks-with-expected-loss", "account-with-history-of-a-sign", "signs"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_messages_are_the_golden_ones(language: Language, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    analyst = build_analyst(tmp_path, language, build_company())
    messages = {name: format_parts(build(analyst).parts) for name, build in MESSAGES.items()}
    path = GOLDEN / f"{language}.txt"
    if request.config.getoption("--update-golden"):
        write_golden(path, messages)
    golden = read_golden(path)
    assert list(golden) == list(messages)
    for name, text in messages.items():
        assert text == golden[name], f"{name} has changed: make messages, where that is intended"


@pytest.mark.parametrize("language", LANGUAGES)
def test_slack_takes_every_message(language: Language, tmp_path: Path) -> None:
    analyst = build_analyst(tmp_path, language, build_company())
    for name, build in MESSAGES.items():
        assert list(find_faults(build(analyst))) == [], name


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_blocks_and_the_text_of_every_message_say_the_same(language: Language, tmp_path: Path) -> None:
    analyst = build_analyst(tmp_path, language, build_company())
    for name, build in MESSAGES.items():
        message = build(analyst)
        headline, *others = message.text.split("\n", 1)
        # Slack's limit on a header is the one place where the blocks say less.
        text = "\n".join([shorten(headline, HEADER_LIMIT), *others])
        assert count_words(read_blocks(message.blocks)) == count_words(text), name


def test_every_button_has_an_answer_and_every_answer_has_buttons(tmp_path: Path) -> None:
    analyst = build_analyst(tmp_path, "en", build_company())
    lines = set()
    for name, build in MESSAGES.items():
        buttons = [part for part in build(analyst).parts if isinstance(part, Button)]
        is_answer = not name.startswith(("digest", "definition", "help"))
        assert is_answer == any(button.action == "share" for button in buttons), name
        names = [(button.action, button.name) for button in buttons]
        assert len(set(names)) == len(names), name
        if is_answer:
            assert any(button.action == "answer" for button in buttons), name
        if name not in OF_ANOTHER_COMPANY:
            lines |= {button.value for button in buttons if not button.value.startswith(("A-", "3"))}
    for line in sorted(lines):
        assert analyst.refresh(analyst.read_state(line)).message().text, line


@pytest.mark.parametrize(
    ("text", "message_text"),
    [
        ("entreprize Q3", "Did you mean Enterprise, Q3 2025? There is no “entreprize” in the sheet."),
        ("Q3 2031", "begins after the data, which goes through September 2025"),
    ],
)
def test_what_cannot_be_read_is_told(tmp_path: Path, text: str, message_text: str) -> None:
    analyst = build_analyst(tmp_path, "en", build_company())
    with pytest.raises(NrrbotError) as caught:
        analyst.reply("/nrr", text)
    assert message_text in analyst.translate.format_error(caught.value)


def test_the_bridge_in_the_message_is_the_exact_one_rounded(tmp_path: Path) -> None:
    ledger = build_company()
    uneven = replace(ledger, panel=ledger.panel + np.where(ledger.panel > 0, 33, 0))
    reply = build_analyst(tmp_path, "en", uneven).reply("/nrr", "enterprise Q3")
    window = reply.json()["window"]
    (grid,) = (part for part in reply.message().parts if isinstance(part, Grid))
    translate = get_translator("en")
    names = ("starting_mrr", "expansion", "contraction", "churn", "ending_mrr")
    printed = [row[1].lstrip("+−") for row in grid.rows[1:]]
    assert printed == [translate.format_short_money(window[name], EUR) for name in names]
    assert (
        window["starting_mrr"] + window["expansion"] - window["contraction"] - window["churn"] == window["ending_mrr"]
    )
    assert window["starting_mrr"] % 100


@pytest.mark.parametrize(
    "question",
    [
        *("enterprise Q3", "by industry Q3", "methods", "trend", "cohorts", "Q3 vs Q2", "accounts Q3", "why"),
        *("risks", "opportunities", "renewals", "whatif expansion +10%", "targets", "outlook", "data"),
        *(
            "mrr",
            "arr enterprise 2025-07",
            "mrr by industry",
            "churn TTM",
            "mix",
            "quick ratio",
            "concentration",
            "renewalrate",
            "pricevolume",
        ),
    ],
)
def test_every_answer_says_how_many_accounts_are_left_out(tmp_path: Path, question: str) -> None:
    ledger = build_company()
    left_out = np.arange(ledger.accounts.count) == list(ledger.columns["segment"].codes).index(0)
    text = (
        build_analyst(tmp_path, "en", replace(ledger, accounts=replace(ledger.accounts, excluded=left_out)))
        .reply("/nrr", question)
        .message()
        .text
    )
    assert re.search(r"\b1 (of \d+ accounts|account) (is )?(excluded|left out)", text)
