"""The sentences of suggestions, in both languages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import get_args

import pytest

from bot.locale.translator import get_translator
from bot.messages.advice.suggestions import describe_effect, describe_evidence, describe_suggestion
from core.advice.health import OPPORTUNITIES
from core.advice.levers import Figure
from core.advice.lift import Lift
from core.advice.renewals import Renewal
from core.advice.suggestions import GrowthEffect, LossEffect, NeededGrowth, SignEffect, Suggestion
from core.metrics.contributions import Contribution
from core.playbook.levers import Trigger
from core.playbook.schema import BilingualText
from core.terms import Language
from tests.support.generate import EUR
from tests.support.sample_company import SampleCompany

LOSS = Lift(40, 10, 8, 5, 20_000_000, 2_000_000, 4_000_000, 1_200_000)

FIGURES: Mapping[str, Mapping[str, Figure]] = {
    "early_churn": {"months": 12},
    "large_losses": {"acv": 10_000},
    "recurring_contraction": {"dimension": "plan", "value": "Pro"},
    "seat_use": {"use": Fraction(9, 10)},
    "quota_use": {"use": Fraction(8, 10)},
    "single_product": {"several": 12},
    "small_entries": {"acv": 10_000},
    "self_service": {},
    "renewals": {"days": 90},
    "risk_signals": {},
}
EXPANSION = ("seat_use", "quota_use", "single_product", "small_entries", "self_service")
CALLS = ("renewals", "risk_signals")
MOST_WORDS = 30


def suggestion_of(trigger: str, accounts: int = 5, needed: NeededGrowth | None = None, **figures: Figure) -> Suggestion:
    effect: LossEffect | GrowthEffect = LossEffect(400_000, Fraction(2, 100), Fraction(2, 100))
    if trigger in EXPANSION:
        effect = GrowthEffect(400_000, Fraction(2, 100), Fraction(5, 8), Fraction(1, 10), 500_000, needed)
    called = trigger in CALLS
    return Suggestion(
        "renewal_calls",
        "churn",
        trigger,
        {"accounts": accounts, "mrr": 1_603_000 if called else 1_200_000, **FIGURES[trigger], **figures},
        (Contribution(0, "A-0054", "Castelmur", 55, 407_500, Fraction(1, 4)),),
        Renewal(dt.date(2027, 1, 1)) if trigger == "renewals" else None,
        None if called else LOSS,
        None if called else effect,
        BilingualText("a guide", "un guide"),
        2026,
    )


def test_every_trigger_has_its_sentences() -> None:
    assert FIGURES.keys() == {trigger.__struct_config__.tag for trigger in get_args(Trigger)}


def measure_call(trigger: str, accounts: int = 5, **figures: Figure) -> Suggestion:
    """Return a lever on renewals or signs of today whose sign predicts losses."""
    suggestion = suggestion_of(trigger, accounts, None, **figures)
    effect = SignEffect(400_000, Fraction(2, 100), 6, Fraction(3, 10), Fraction(1, 20), ("low_nps",))
    return Suggestion(**{name: getattr(suggestion, name) for name in suggestion.__slots__} | {"effect": effect})


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("trigger", FIGURES)
def test_what_to_do_is_short_and_complete(trigger: str, language: Language) -> None:
    for accounts in (1, 5):
        suggestions = [suggestion_of(trigger, accounts)]
        if trigger in CALLS:
            suggestions += [measure_call(trigger, accounts), measure_call("renewals", accounts, acv=10_000)]
        for suggestion in suggestions:
            sentence = describe_suggestion(suggestion, EUR, get_translator(language))
            assert len(sentence.split(" ")) <= MOST_WORDS
            assert sentence[:1].islower()
            assert "{" not in sentence
            assert "1 accounts" not in sentence
            assert "a month" not in sentence


@pytest.mark.parametrize(
    ("suggestion", "english", "french"),
    [
        (
            suggestion_of("renewals"),
            "call the 5 accounts that renew in 90 days before their term, Castelmur (1 Jan) first: €16.0k of MRR.",
            (
                "appelez avant leur échéance les 5 comptes à renouveler sous 90 jours, Castelmur (1er janv.) d’abord"
                "\u00a0: 16,0\u00a0k€ de MRR."
            ),
        ),
        (
            suggestion_of("renewals", 1, acv=10_000),
            (
                "call 1 account above €10,000 ACV that renews in 90 days before its term: Castelmur (1 Jan), €16.0k of "
                "MRR."
            ),
            (
                "appelez avant son échéance 1 compte de plus de 10\u202f000\u00a0€ d’ACV à renouveler "
                "sous 90 jours\u00a0: "
                "Castelmur (1er janv.), 16,0\u00a0k€ de MRR."
            ),
        ),
        (
            suggestion_of("risk_signals"),
            "call the 5 accounts with a sign of risk, Castelmur first: €16.0k of MRR.",
            "appelez les 5 comptes qui montrent un signe de risque, Castelmur d’abord\u00a0: 16,0\u00a0k€ de MRR.",
        ),
        (
            measure_call("risk_signals"),
            (
                "call 5 accounts with a sign that predicts losses here, Castelmur first: €4,000 more MRR to lose "
                "within 6 months than at the rate of others."
            ),
            (
                "appelez 5 comptes avec un signe qui annonce ici des départs, Castelmur d’abord\u00a0: "
                "4\u202f000\u00a0€ de MRR menacés au-delà du taux des autres sous 6 mois."
            ),
        ),
        (
            measure_call("renewals", 1, acv=10_000),
            (
                "call 1 account at risk above €10,000 ACV renewing in 90 days, Castelmur (1 Jan) first: €4,000 more "
                "MRR to lose within 6 months than at the rate of others."
            ),
            (
                "appelez 1 compte à risque, plus de 10\u202f000\u00a0€ d’ACV, à renouveler sous 90 jours, Castelmur "
                "(1er janv.) d’abord\u00a0: 4\u202f000\u00a0€ de MRR menacés au-delà du taux des autres sous 6 mois."
            ),
        ),
        (
            suggestion_of("early_churn"),
            (
                "bring new customers to value sooner: 5 accounts in their first 12 months left with "
                "€12.0k of MRR, €4,000 more "
                "than at the rate of the others."
            ),
            (
                "amenez plus vite les nouveaux clients à la valeur\u00a0: 5 comptes de moins de 12 mois "
                "sont partis, soit "
                "12,0\u00a0k€ de MRR, 4\u202f000\u00a0€ de plus qu’au taux des autres."
            ),
        ),
        (
            suggestion_of("seat_use"),
            (
                "make it easy for 5 accounts using 90% or more of their seats to add some, Castelmur first: €4,000 of "
                "MRR at the growth of accounts like them."
            ),
            (
                "facilitez l’ajout de sièges pour 5 comptes à 90\u00a0% ou plus des leurs, Castelmur d’abord\u00a0: "
                "4\u202f000\u00a0€ de MRR au rythme des comptes comparables."
            ),
        ),
    ],
)
def test_what_to_do(suggestion: Suggestion, english: str, french: str) -> None:
    assert describe_suggestion(suggestion, EUR, get_translator("en")) == english
    assert describe_suggestion(suggestion, EUR, get_translator("fr")) == french


def test_evidence_has_the_test_and_the_effect_its_rates() -> None:
    translate = get_translator("en")
    early = suggestion_of("early_churn")
    assert describe_evidence(early, EUR, translate) == (
        "Over twelve months 5 accounts in their first 12 months left with €12.0k of MRR. Largest: Castelmur. Such "
        "accounts have 20.0% of the base and 60.0% of the losses, 3.0 times their share (by chance: 1.5%)."
    )
    assert describe_effect(early, EUR, translate) == (
        "At the loss rate of the others, 5.0% instead of 30.0%, €4,000 of MRR would have stayed: 2.0 points."
    )
    assert describe_effect(suggestion_of("risk_signals"), EUR, translate) == (
        "No effect is estimated: that takes a sign that is shown to predict losses here, and enough accounts."
    )
    measured = measure_call("risk_signals")
    assert describe_evidence(measured, EUR, translate) == (
        "With a sign that predicts losses here: 5 accounts, €16.0k of MRR. Largest: Castelmur."
    )
    assert describe_effect(measured, EUR, translate) == (
        "Within 6 months, accounts with such signs were lost at a rate of 30.0%, others at 5.0%: on this MRR, a "
        "difference of €4,000, 2.0 points over 6 months."
    )


@pytest.mark.parametrize(
    ("needed", "sentence"),
    [
        (None, ""),
        (
            NeededGrowth(Fraction(7, 10), 6, 0),
            " The whole gap needs 70.0% more from 6 accounts: none grew by that much.",
        ),
        (
            NeededGrowth(Fraction(7, 10), 6, 1),
            " The whole gap needs 70.0% more from 6 accounts: 1 account grew by that much.",
        ),
        (NeededGrowth(Fraction(17, 10), 6, 0), " The whole gap is more than the MRR of 6 accounts."),
    ],
)
def test_growth_that_is_unusual_is_said_to_be(needed: NeededGrowth | None, sentence: str) -> None:
    suggestion = suggestion_of("quota_use", needed=needed)
    assert describe_effect(suggestion, EUR, get_translator("en")) == (
        "62.5% of such accounts grew, by 10.0% in the median: the same again brings at most €4,000 of "
        "MRR, 2.0 points of "
        "NRR." + sentence
    )


def test_a_chance_near_zero_is_not_said_to_be_none() -> None:
    lift = Lift(1000, 100, 100, 90, 20_000_000, 2_000_000, 2_000_000, 1_800_000)
    suggestion = suggestion_of("large_losses")
    text = describe_evidence(
        Suggestion(**{name: getattr(suggestion, name) for name in suggestion.__slots__} | {"lift": lift}),
        EUR,
        get_translator("en"),
    )
    assert text.endswith("9.0 times their share (by chance: less than 0.1%).")


@pytest.mark.parametrize("language", ["en", "fr"])
def test_no_account_of_the_sample_is_in_both_lists_and_nothing_is_sold_to_one_at_risk(
    tmp_path: Path, language: Language
) -> None:
    company = SampleCompany(tmp_path)
    risks, ready = (company.ask(words, language).answer for words in ("risks", "opportunities"))
    assert risks is not None
    assert ready is not None
    at_risk, growing = ({account["account"] for account in data["accounts"]} for data in (risks, ready))
    assert (len(at_risk), len(growing), at_risk & growing) == (38, 62, set())
    torn = [
        account
        for account in risks["accounts"]
        if len({reason["code"] for reason in account["reasons"]} & set(OPPORTUNITIES))
    ]
    assert len(torn) == 23
    for question in ("", "TTM", "enterprise", "mid-market", "smb", "by industry"):
        answer = company.ask(question, language).answer or {}
        for suggestion in answer.get("advice", ()):
            if suggestion["moves"] == "expansion":
                assert not at_risk & {account["account"] for account in suggestion["evidence"]["largest"]}


def test_an_account_at_risk_has_its_signs_of_growth_among_the_risks(tmp_path: Path) -> None:
    company = SampleCompany(tmp_path)
    card = company.ask("account Lysmont").answer
    assert card is not None
    assert [reason["code"] for reason in card["risks"]] == ["low_nps", "quota_nearly_used"]
    assert card["opportunities"] == []
    message = company.load_analyst().reply("/nrr", "account Lysmont").message()
    assert "At risk: uses 95% of its quota, but NPS 6." in message.text
    assert "Ready to grow" not in message.text


def test_the_answer_has_the_first_suggestion(tmp_path: Path) -> None:
    analyst = SampleCompany(tmp_path).load_analyst()
    assert (
        "Try: call the 5 accounts that renew in 90 days before their term, Castelmur Banque (1 Jan) first: €160.3k of "
        "MRR."
    ) in analyst.reply("/nrr", "enterprise Q3").message().text
