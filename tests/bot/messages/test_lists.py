"""The lists of accounts, risks, opportunities and renewals: owners, limits and periods to come, in both languages."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bot.messages.kit.parts import Grid, Headline, Paragraph
from bot.service.analyst import Analyst
from core.errors import QuestionError
from core.ledger.columns import encode_values
from core.ledger.ledger import Ledger, build_accounts
from core.months import Month
from core.terms import Language
from tests.support.generate import EUR
from tests.support.ledgers import build_ledger
from tests.support.samples.nine_accounts import build_analyst, build_company
from tests.support.scopes import NOW

OWNERS = ["Ana", "Bo", "Ana", "Bo", "Ana", "Bo", "Ana", "Bo", ""]
# Days from 6 October 2025.
RENEWALS = [30, 20, 100, 40, -5, 80, 85, 10, 60]


def build_owned_company() -> Ledger:
    ledger = build_company()
    return replace(
        ledger,
        columns={**ledger.columns, "owner": encode_values("Owner", OWNERS)},
        facts={
            "renewal_date": np.array(RENEWALS, float) + NOW.date().toordinal(),
            "nps": np.array([9.0, 3, 4, 9, 9, 9, 9, 9, 5]),
        },
    )


def read_lines(analyst: Analyst, question: str) -> tuple[str, list[str], list[str]]:
    """Return the headline of an answer, its paragraphs, and its table: the headings, then the first cells."""
    parts = analyst.reply("/nrr", question).message().parts
    (headline,) = (part.text for part in parts if isinstance(part, Headline))
    rows = [row for part in parts if isinstance(part, Grid) for row in part.rows]
    cells = [" | ".join(rows[0]), *(row[0] for row in rows[1:])] if rows else []
    return headline, [part.text for part in parts if isinstance(part, Paragraph)], cells


LISTS: list[tuple[Language, str, str, str]] = [
    (
        "en",
        "risks",
        "Whole company: 3 accounts at risk, €478,800 ARR (57.2%)",
        "account | Owner | ARR | why | row of MRR; Bluepeak; R&D <Lab>; Pier 9",
    ),
    (
        "en",
        "risks arr>100k",
        "Whole company, over €100,000 of ARR: 2 of 3 accounts at risk, €474,000 ARR (56.7%)",
        "account | Owner | ARR | why | row of MRR; Bluepeak; R&D <Lab>",
    ),
    (
        "fr",
        "risques arr>100k",
        "Toute l’entreprise, plus de 100 000 € d’ARR : 2 des 3 comptes à risque, 474 000 € d’ARR (56,7 %)",
        "compte | Responsable | ARR | pourquoi | ligne de MRR; Bluepeak; R&D <Lab>",
    ),
    (
        "en",
        "opportunities top 1",
        "Whole company: the largest of 4 accounts ready to grow, €144,000 ARR (17.2%)",
        "account | Owner | ARR | why | row of MRR; Cascadia",
    ),
    (
        "en",
        "renewals",
        "Whole company: 6 renewals in the next 90 days, €542,400 ARR",
        "account | Owner | ARR | renews | signs of risk; Bluepeak; Cascadia; Quarry; Mill & Co; Orchard; Pier 9",
    ),
    (
        "en",
        "renewals top 2",
        "Whole company: the 2 largest of 6 renewals in the next 90 days, €456,000 ARR",
        "account | Owner | ARR | renews | signs of risk; Bluepeak; Cascadia",
    ),
    (
        "en",
        "renewals owner=Bo mrr>2000",
        "Bo, over €2,000 of MRR: 2 of 4 renewals in the next 90 days, €456,000 ARR",
        "account | ARR | renews | signs of risk | row of MRR; Bluepeak; Cascadia",
    ),
    (
        "en",
        "renewals Q4",
        "Whole company, Q4 2025 from 6 October 2025 on: 6 renewals, €542,400 ARR",
        "account | Owner | ARR | renews | signs of risk; Bluepeak; Cascadia; Quarry; Mill & Co; Orchard; Pier 9",
    ),
    (
        "fr",
        "renouvellements novembre",
        "Toute l’entreprise, novembre 2025 : 1 renouvellement, 144 000 € d’ARR",
        "compte | Responsable | ARR | renouvellement | signes de risque; Cascadia",
    ),
    ("en", "renewals 2027", "Whole company, 2027: no renewal", ""),
    (
        "en",
        "accounts TTM churn",
        "Whole company, twelve months to September 2025: churn €11,900, 1 account",
        "account | Owner | change of MRR | Sep 2024 → Sep 2025 | rows of MRR; Nordwind",
    ),
    (
        "fr",
        "comptes TTM churn expansion change>2000",
        (
            "Toute l’entreprise, variation de MRR de plus de 2 000 €, douze mois à fin septembre 2025 : "
            "churn 11 900 €, 1 compte · expansion 6 000 €, 1 des 3 comptes"
        ),
        ("compte | Responsable | variation de MRR | sept. 2024 → sept. 2025 | lignes de MRR; Nordwind; Bluepeak"),
    ),
    (
        "en",
        "accounts TTM churn with industry, size",
        "Whole company, twelve months to September 2025: churn €11,900, 1 account",
        "account | Industry | Size | change of MRR | Sep 2024 → Sep 2025; Nordwind",
    ),
    (
        "en",
        "accounts TTM churn with industry, size, owner, tenure",
        "Whole company, twelve months to September 2025: churn €11,900, 1 account",
        "account | Industry | Size | Owner | change of MRR; Nordwind",
    ),
    (
        "fr",
        "comptes TTM churn avec le secteur",
        "Toute l’entreprise, douze mois à fin septembre 2025 : churn 11 900 €, 1 compte",
        "compte | Industry | variation de MRR | sept. 2024 → sept. 2025 | lignes de MRR; Nordwind",
    ),
    (
        "en",
        "risks top 1 with industry and owner",
        "Whole company: the largest of 3 accounts at risk, €312,000 ARR (37.3%)",
        "account | Industry | Owner | ARR | why; Bluepeak",
    ),
    (
        "en",
        "renewals top 1 with industry, owner",
        "Whole company: the largest of 6 renewals in the next 90 days, €312,000 ARR",
        "account | Industry | Owner | ARR | renews; Bluepeak",
    ),
]


@pytest.mark.parametrize(("language", "question", "headline", "table"), LISTS)
def test_lists(tmp_path: Path, language: Language, question: str, headline: str, table: str) -> None:
    analyst = build_analyst(tmp_path, language, build_owned_company())
    answer, _, cells = read_lines(analyst, question)
    assert answer.replace("\xa0", " ").replace("\u202f", " ") == headline
    assert "; ".join(cells).replace("\xa0", " ") == table


@pytest.mark.parametrize(
    ("question", "lines"),
    [
        ("renewals top 2", ["1 of them has a sign of risk (€312,000 ARR).", "1 renewal date has passed"]),
        ("renewals Q4", ["2 of them have a sign of risk (€316,800 ARR).", "1 renewal date has passed"]),
        ("renewals November", ["None of them has a sign of risk."]),
        ("renewals 30", ["Within 30 days: 2 accounts, €330,000 ARR, of which 1 with a sign of risk", "1 renewal date"]),
    ],
)
def test_the_risk_of_renewals(tmp_path: Path, question: str, lines: list[str]) -> None:
    _, paragraphs, _ = read_lines(build_analyst(tmp_path, "en", build_owned_company()), question)
    assert [text[: len(line)] for text, line in zip(paragraphs, lines, strict=True)] == lines


@pytest.mark.parametrize(
    "question",
    [
        *("top 5", "enterprise Q3 mrr>50k", "trend top 5", "by industry top 5", "why arr>5", "methods change>5"),
        *("cohorts top 5", "Q3 vs Q2 top 5", "outlook top 5", "whatif churn 5%->3% top 5", 'lose "Bluepeak" top 5'),
    ],
)
def test_an_answer_that_is_no_list_refuses_limits(tmp_path: Path, question: str) -> None:
    analyst = build_analyst(tmp_path, "en", build_company())
    with pytest.raises(QuestionError, match="limits a list of accounts, and this answer has none"):
        analyst.reply("/nrr", question)


def test_columns_in_json_and_csv(tmp_path: Path) -> None:
    analyst = build_analyst(tmp_path, "en", build_owned_company())
    reply = analyst.reply("/nrr", "risks top 1 with industry, size, owner")
    answer = reply.json()
    assert answer["read"]["as"] == "risks top 1 with industry, size, owner"
    assert answer["read"]["columns"] == answer["columns"] == ["industry", "size", "owner"]
    [risk] = answer["accounts"]
    assert risk["values"] == {"industry": "Fintech", "size": "Enterprise", "owner": "Bo"}
    assert reply.csv() == [risk]
    assert "Owner: in the CSV." in reply.message().text


@pytest.mark.parametrize("question", ["accounts Q3 churn with colour", "risks with colour", "renewals with colour"])
def test_a_column_that_the_sheet_lacks_is_named(tmp_path: Path, question: str) -> None:
    analyst = build_analyst(tmp_path, "en", build_owned_company())
    with pytest.raises(QuestionError, match=r"no column “colour”\. Columns: Segment, Size, Industry, Owner, Tenure"):
        analyst.reply("/nrr", question)


def test_a_list_cut_to_fit_has_the_largest(tmp_path: Path) -> None:
    # The larger an account, the later it renews.
    ledger = build_ledger(
        np.tile(np.arange(1, 41, dtype=np.int64) * 100_000, (2, 1)),
        first=Month.of(2025, 8),
        currency=EUR,
        accounts=build_accounts([f"A-{number:02d}" for number in range(1, 41)]),
        facts={"renewal_date": NOW.date().toordinal() + np.arange(1, 41, dtype=float)},
    )
    _, _, cells = read_lines(build_analyst(tmp_path, "en", ledger), "renewals")
    assert cells[1:] == [f"A-{number:02d}" for number in range(40, 25, -1)]
