"""Scenarios, read from words."""

from __future__ import annotations

import contextlib
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import QuestionError
from core.query.scenarios import Lose, Monthly, Reach, Scaled, Scenario, parse_scenario

KNOWN = {"acme", "acme gmbh", "a-0001", "nord & co"}


def read(text: str) -> tuple[Scenario, str]:
    """Return the scenario in `text`, and the other words."""
    return parse_scenario(text, lambda name: name.casefold() in KNOWN)


def per_cent(text: str) -> Fraction:
    return Fraction(text) / 100


@pytest.mark.parametrize(
    ("text", "before", "after", "rest"),
    [
        ("churn 5%->3%", "5", "3", ""),
        ("churn 5 % → 3 %", "5", "3", ""),
        ("churn 5%>3% enterprise", "5", "3", "enterprise"),
        ("churn 5 => 3", "5", "3", ""),
        ("churn=3%", None, "3", ""),
        ("churn to 3% Q3", None, "3", "Q3"),
        ("SMB churn from 5% to 3% a month TTM", "5", "3", "SMB TTM"),
        ("le churn passe de 5,5% à 3% par mois", "5.5", "3", "le"),
        ("nrr churn 5%->0", "5", "0", "nrr"),
        ("attrition 2.25 -> 1 2025", "2.25", "1", "2025"),
    ],
)
def test_monthly_rates(text: str, before: str | None, after: str, rest: str) -> None:
    assert read(text) == (Monthly("churn", before and per_cent(before), per_cent(after)), rest)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "supposed", "rest"),
    [
        ("contraction 1%", Monthly("contraction", None, Fraction(1, 100)), ""),
        ("expansion +10%", Scaled("expansion", Fraction(1, 10)), ""),
        ("expansion + 10 % PME T3", Scaled("expansion", Fraction(1, 10)), "PME T3"),
        ("churn -20%", Scaled("churn", Fraction(-1, 5)), ""),
        ("contraction −50%", Scaled("contraction", Fraction(-1, 2)), ""),
        ("grands comptes grr 95", Reach("grr", Fraction(95, 100)), "grands comptes"),
        ("grr=95% industry=fintech", Reach("grr", Fraction(95, 100)), "industry=fintech"),
        ("GRR at 0.95", Reach("grr", Fraction(95, 100)), ""),
        ("nrr 1.1", Reach("nrr", Fraction(11, 10)), ""),
        ("expansion +1000%", Scaled("expansion", Fraction(10)), ""),
        ("nrr 115 Q3 2025", Reach("nrr", Fraction(115, 100)), "Q3 2025"),
        ("2025 grr 95", Reach("grr", Fraction(95, 100)), "2025"),
        ('lose "Acme"', Lose(("Acme",)), ""),
        ("perdre « Acme » T3", Lose(("Acme",)), "T3"),
        ('enterprise lose "Acme", "Nord, Süd" and "X" Q3', Lose(("Acme", "Nord, Süd", "X")), "enterprise Q3"),
        ("lose Acme GmbH Q3", Lose(("Acme GmbH",)), "Q3"),
        ("lose Acme, A-0001 Q3", Lose(("Acme", "A-0001")), "Q3"),
        ("lose Acme and Q3", Lose(("Acme",)), "and Q3"),
        ("lose Nord & Co", Lose(("Nord & Co",)), ""),
        ("on perd Acme", Lose(("Acme",)), "on"),
        ("lose Nobody, Acme", Lose(("Nobody", "Acme")), ""),
        ('lose Nobody "Acme"', Lose(("Nobody",)), '"Acme"'),
        ("lose Nobody Q3", Lose(("Nobody Q3",)), ""),
    ],
)
def test_other_scenarios(text: str, supposed: Scenario, rest: str) -> None:
    assert read(text) == (supposed, rest)


@pytest.mark.parametrize(
    ("text", "message_text"),
    [
        ("", "has no supposition"),
        ("enterprise Q3", "Write for example: whatif churn 5%->3%"),
        ("churn", "has no supposition"),
        ("expansion 10%", "Write expansion +10%"),
        ("expansion 5%->3%", "Write expansion +10%"),
        ("grr 90->95", "Write GRR 95"),
        ("nrr +5", "Write NRR 95"),
        ("churn 120%", "120% is not possible"),
        ("churn -120%", "-120% is not possible"),
        ("expansion +1001%", "between -100% and 1000%"),
        ("grr 101", "between 0% and 100%"),
        ("lose", "names no account"),
        ('lose ""', "names no account"),
        ("churn 5%->3% grr 95", 'The question has two suppositions: "churn 5% -> 3%" and "grr 95"'),
        ("churn 5%->3% lose Acme", "Suppose one thing at a time"),
        ("x" * 61, f'"{"x" * 60}" has no supposition'),
        ("x" * 501, "the limit is 500"),
    ],
)
def test_what_cannot_be_supposed_is_refused_with_an_example(text: str, message_text: str) -> None:
    with pytest.raises(QuestionError) as caught:
        read(text)
    assert message_text in str(caught.value)


@given(st.text(st.sampled_from(list('churn lose grr 5%->3+-=,." Acme\u00a0«»à95')), max_size=40))
@settings(max_examples=300)
def test_whatever_is_typed_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(QuestionError):
        read(text)
