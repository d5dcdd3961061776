"""No sentence contradicts another command: every command over all kinds of company, in both languages."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest

from bot.messages.kit.message import Message
from bot.messages.kit.parts import Details, Grid, Headline, MessagePart, Paragraph
from bot.service.analyst import Analyst
from bot.service.digests.building import preview_digest
from core.errors import NrrbotError
from core.months import Month
from core.terms import Language
from tests.support.archetypes import ARCHETYPES, build_archetype
from tests.support.digests import list_unasked
from tests.support.message_faults import find_faults, measure_words
from tests.support.samples.nine_accounts import build_analyst

COMMANDS = (
    "", "TTM", "grr TTM", "size=SMB", "region=France TTM", "why", "why TTM", "by region TTM", "trend", "methods",
    "churn", "churn TTM", "mrr", "arr", "accounts", "risks", "opportunities", "renewals", "targets", "outlook",
    "cohorts", "benchmarks", "TTM vs 2025", "define nrr", "data", "mix", "quick ratio", "concentration", "renewalrate",
    "survival", "signs", "pricevolume", "reconcile 104.1", "account A-0001",
)  # fmt: skip
# What is said of a rate that is a month's, and of none that was lost once.
_A_MONTH = re.compile(r"[€$¥]\S+ a month|\d (?:k€|€|\$) par mois")
_ONE = re.compile(r"(?<![\d.,\u202f])1 (?:accounts|customers|renewals|comptes|clients|suggestions|propositions)\b")
# A percentage in a sentence: 97.2%, 97,2 %, and the edges of a range before its sign.
_PERCENT = {
    "en": re.compile(r"(?<![\d.,])(\d+(?:\.\d)?)(?:–(\d+(?:\.\d)?))?%"),
    "fr": re.compile(r"(?<![\d.,])(\d+(?:,\d)?)(?:–(\d+(?:,\d)?))?\u00a0%"),
}


# An amount of money, and the word after it that says which one it is.
_AMOUNT = {
    "en": re.compile(r"[+−]?[€$¥][\d,.]+[kM]?(?: (ARR|of MRR))?"),
    "fr": re.compile(r"[+−]?\d[\d,\u202f]*[\u00a0\u202f][kM]?[€$¥](?: (d’ARR|de MRR))?"),
}
_CLAUSE_END = re.compile(r"[.;:] ")


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("name", ARCHETYPES)
def test_nothing_said_contradicts_anything_else(tmp_path: Path, name: str, language: Language) -> None:
    analyst = build_analyst(tmp_path, language, build_archetype(name))
    replies = dict(_answer_all(analyst))
    assert len(replies) >= 5, replies.keys()
    answers = {command: data for command, (_, data) in replies.items()}
    _assert_one_year(answers)
    _assert_one_cause(answers)
    _assert_no_account_in_both_lists(answers)
    _assert_measured_effects(answers)
    _assert_signs_that_lost(answers)
    _assert_one_loss_rate(answers)
    _assert_one_renewal(answers)
    for command in ("", "TTM"):
        if command in replies:
            _assert_largest_account(*replies[command])
    digest = preview_digest(analyst, analyst.clock())
    names = analyst.load_newest().scope.ledger.accounts.names
    _assert_one_amount(digest.text, names, language)
    _assert_unasked(analyst, language)
    for command, (message, data) in replies.items():
        text = message.text
        _assert_one_amount(text, names, language)
        assert not _A_MONTH.search(text) or command == "outlook", (command, _A_MONTH.findall(text))
        assert not _ONE.search(text), (command, _ONE.findall(text))
        assert "\nNRR, GRR." not in text, (command, text)
        unknown = [ratio for ratio in _list_percentages(message, language) if ratio not in _list_ratios(data)]
        assert not unknown, (command, unknown, text)


def test_two_amounts_of_an_account_are_found() -> None:
    names = ["Acme", "Acme Nord"]
    _assert_one_amount("Call Acme (€5k ARR) and Acme Nord (€2k ARR).\nAcme left with €5k of MRR.", names, "en")
    with pytest.raises(AssertionError, match="Acme"):
        _assert_one_amount("Acme left with €5k of MRR.\n\nTalk to Acme: lost. Acme, at €6k of MRR.", names, "en")


def _assert_one_amount(text: str, names: Sequence[str], language: Language) -> None:
    """Check that no account has two amounts of one kind in the sentences of a message."""
    account = re.compile("|".join(map(re.escape, sorted(set(names), key=len, reverse=True))))
    amounts: dict[tuple[str, str], set[str]] = {}
    for line in text.splitlines():
        if line.startswith("  "):  # of a table, whose headings say it
            continue
        named = list(account.finditer(line))
        for match, after in zip_longest(named, named[1:]):
            rest = line[match.end() : after.start() if after else None]
            amount = _AMOUNT[language].search(_CLAUSE_END.split(rest, maxsplit=1)[0])
            if amount:
                amounts.setdefault((match[0], amount[1] or ""), set()).add(amount[0])
    assert not [entry for entry in amounts.items() if len(entry[1]) > 1], text


def _assert_unasked(analyst: Analyst, language: Language) -> None:
    """Check digests, lists of owners and alerts: their budgets, their percentages, and that one is no plural."""
    for unasked in list_unasked(analyst.load_newest().scope, analyst.translate):
        text = f"{unasked.name}: {unasked.message.text}"
        assert measure_words(unasked.message)[0] <= unasked.words, text
        assert not list(find_faults(unasked.message)), text
        assert not _A_MONTH.search(text), text
        assert not _ONE.search(text), text
        known = _list_ratios(unasked.ratios)
        assert not [ratio for ratio in _list_percentages(unasked.message, language) if ratio not in known], text


def _answer_all(analyst: Analyst) -> Iterator[tuple[str, tuple[Message, Any]]]:
    """Yield each command that this company can answer, with its message and its JSON."""
    for command in COMMANDS:
        with contextlib.suppress(NrrbotError):
            reply = analyst.reply("/nrr", command)
            yield command, (reply.message(), reply.json())


def _assert_one_year(answers: Mapping[str, Any]) -> None:
    """Check that every command gives the same twelve months to the last close, of the whole company."""
    years = {
        command: (year["nrr"], year["grr"])
        for command, data in answers.items()
        if command in {"", "TTM", "grr TTM", "why", "why TTM", "churn", "churn TTM", "benchmarks"}
        and (year := data.get("trailing_12_months"))
        and year["end"] == data["data_through"]
        and "nrr" in year
    }
    years.update(_list_other_years(answers))
    assert len(set(years.values())) <= 1, years


def _list_other_years(answers: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield the same twelve months where a command has them under another key."""
    if "targets" in answers and answers["targets"]["rows"][0]["accounts"]:
        company = answers["targets"]["rows"][0]
        yield "targets", (company["nrr"]["now"], company["grr"]["now"])
    if "outlook" in answers and (now := answers["outlook"]["now"]):
        yield "outlook", (now["nrr"], now["grr"])
    months = answers["trend"]["months"] if "trend" in answers else []
    if months and (year := months[-1]["trailing_12_months"]):
        yield "trend", (year["nrr"], year["grr"])
    if "methods" in answers and (year := answers["methods"]["trailing_12_months"]):
        yield "methods", (year["cohort"]["nrr"], year["cohort"]["grr"])


def _assert_one_cause(answers: Mapping[str, Any]) -> None:
    """Check that the plain answer and the explanation name one cause, whatever window was asked for."""
    causes = {
        command: cause and (cause["component"], cause["mrr"])
        for command in ("", "TTM", "why", "why TTM")
        if command in answers
        and (answers[command]["trailing_12_months"] or {}).get("end") == answers[command]["data_through"]
        for cause in (answers[command]["reading"]["cause"],)
    }
    assert len(set(causes.values())) <= 1, causes


def _assert_no_account_in_both_lists(answers: Mapping[str, Any]) -> None:
    listed = [
        {account["account"] for account in answers[command]["accounts"]}
        for command in ("risks", "opportunities")
        if command in answers
    ]
    assert len(listed) < 2 or not listed[0] & listed[1]


def _assert_measured_effects(answers: Mapping[str, Any]) -> None:
    """Check that each effect is measured on its accounts and given once, and that nothing is sold to one at risk."""
    at_risk = {account["account"] for account in answers.get("risks", {"accounts": ()})["accounts"]}
    for data in answers.values():
        suggestions = [suggestion for suggestion in data.get("advice", ()) if suggestion["effect"]]
        effects = [suggestion["effect"] for suggestion in suggestions]
        assert len({effect["mrr"] for effect in effects}) == len(effects)
        for suggestion, effect in zip(suggestions, effects, strict=True):
            evidence = suggestion["evidence"]
            if effect["kind"] in {"losses", "signs"}:
                assert effect["mrr"] <= evidence["mrr"]
            else:
                assert effect["mrr"] <= effect["mrr_gained"]
                assert not at_risk & {account["account"] for account in evidence["largest"]}


def _assert_signs_that_lost(answers: Mapping[str, Any]) -> None:
    """Check that no sign is said to predict who leaves where none of its accounts left."""
    for sign in answers.get("signs", {"signs": ()})["signs"]:
        assert sign["with"]["lost"] or not sign["predicts"], sign


def _assert_one_loss_rate(answers: Mapping[str, Any]) -> None:
    """Check that the outlook expects the loss of `risks`, at the rates of `signs`, of the renewals with a sign."""
    outlook, signs, risks = (answers.get(command) for command in ("outlook", "signs", "risks"))
    if not outlook or not outlook["rows"] or not signs or not risks:
        return
    rates = outlook["loss_rates"] or {"months": None}
    measured = {sign["code"]: sign["expected_rate"] for sign in signs["signs"]} if outlook["loss_rates"] else {}
    assert {code: rate for code, rate in rates.items() if code != "months"} == measured
    assert rates["months"] in {None, signs["months"], risks.get("expected_loss_months")}
    assert signs["at_risk"]["expected_loss"] == risks.get("expected_loss")
    assert signs["at_risk"]["accounts"] == len(risks["accounts"])
    last = Month.parse(outlook["data_through"])
    for row in outlook["rows"]:
        end = Month.parse(row["end"])
        at_risk = row["renewals_at_risk"]
        due = [account for account in risks["accounts"] if last < _find_renewal_month(account) <= end]
        # Accounts that came within the twelve months are in no base.
        assert at_risk["accounts"] <= len(due)
        if at_risk["accounts"] == len(due) and at_risk["expected_loss"] is not None:
            expected = sum(account["expected_loss"] for account in due)
            assert abs(at_risk["expected_loss"] - expected) <= len(due), (at_risk, expected)


def _find_renewal_month(account: Mapping[str, Any]) -> Month:
    return Month.parse(account["renewal_month"]) if account["renewal_month"] else Month(0)


def _assert_one_renewal(answers: Mapping[str, Any]) -> None:
    """Check that an account has the same next renewal in every list, and on its card."""
    lists = [answers[command]["accounts"] for command in ("risks", "opportunities", "renewals") if command in answers]
    cards = [answers[command] for command in answers if command.startswith("account ")]
    renewals: dict[str, set[tuple[str | None, str | None]]] = {}
    for account in (account for accounts in [*lists, cards] for account in accounts):
        if account.get("mrr"):
            renewal = account["renewal_date"], account["renewal_month"]
            renewals.setdefault(account["account"], set()).add(renewal)
    assert all(len(values) == 1 for values in renewals.values()), renewals


def _assert_largest_account(message: Message, data: Any) -> None:
    """Check that a verdict names NRR without the account that weighs most, unless its cause names a ratio without."""
    year = data["trailing_12_months"]
    cause = data["reading"]["cause"]
    is_named = cause and cause["alone"] and cause["alone"]["ratio_without"]
    if not year or not data["reading"]["rating"] or is_named:
        return
    heaviest = [year[key] for key in ("largest_account", "largest_change") if year[key]]
    first = next((account for account in heaviest if account["nrr_without"]), None)
    assert (first is None) == ("NRR without" not in message.text and "NRR sans" not in message.text)


def _list_percentages(message: Message, language: Language) -> list[Decimal]:
    """Return the percentages in the sentences of a message; tables have what their JSON rows have."""
    texts = [text for part in message.parts for text in _list_sentences(part)]
    edges = [edge for text in texts for match in _PERCENT[language].finditer(text) for edge in match.groups() if edge]
    return [Decimal(edge.replace(",", ".")) for edge in edges]


def _list_sentences(part: MessagePart) -> Iterator[str]:
    match part:
        case Headline(text):
            yield text
        case Paragraph(text):
            yield text
        case Details(_, parts, finding):
            yield finding
            for child in parts:
                if not isinstance(child, Grid):
                    yield from _list_sentences(child)


def _list_ratios(data: Any) -> set[Decimal]:
    """Return every ratio of a JSON, without its sign, as it is and in whole per cent."""
    # The limits of the bands of NRR, and a quarter's ratio that is compounded as an example, are the same everywhere.
    ratios = {Decimal(90), Decimal(100), Decimal(120), Decimal(93), Decimal(75)}
    for text in _walk(data):
        if isinstance(text, str) and re.fullmatch(r"-?\d+(?:\.\d+)?", text):
            ratio = abs(Decimal(text))
            # The JSON has one decimal: its whole per cent may be the one below or the one above.
            ratios |= {ratio, ratio.to_integral_value(ROUND_FLOOR), ratio.to_integral_value(ROUND_CEILING)}
        elif isinstance(text, str):
            ratios |= {Decimal(number) for number in re.findall(r"\d+(?:\.\d+)?", text)}
    return ratios


def _walk(node: Any) -> Iterator[Any]:
    if isinstance(node, Mapping):
        for value in node.values():
            yield from _walk(value)
    elif isinstance(node, list):
        for value in node:
            yield from _walk(value)
    else:
        yield node
