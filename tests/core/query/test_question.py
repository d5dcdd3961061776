"""Questions in the words in which people ask them, and what each of them means."""

from __future__ import annotations

import itertools
import string
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import QuestionError
from core.months import Calendar, Month, Period
from core.query.period_phrases import list_period_names
from core.query.question import MOST_CHARACTERS, Filter, Question, Vocabulary, parse_question
from core.query.vocabulary import DIMENSION_WORDS, SIZE_SPELLINGS
from core.terms import Metric
from tests.support.samples.questions import DATA_THROUGH, SIZE_NAMES, WORDS, format_filters


def ask(
    text: str, first_month: int = 1, data_through: str = "2025-09", metric: Metric = "nrr", words: Vocabulary = WORDS
) -> Question:
    return parse_question(text, words, Calendar(first_month), Month.parse(data_through), metric)


def refused(text: str, first_month: int = 1, data_through: str = "2025-09", words: Vocabulary = WORDS) -> QuestionError:
    with pytest.raises(QuestionError) as caught:
        ask(text, first_month, data_through, words=words)
    return caught.value


def attempt(text: str, calendar: Calendar, through: Month) -> Question | QuestionError:
    try:
        return parse_question(text, WORDS, calendar, through)
    except QuestionError as error:
        return error


def shown(period: Period) -> str:
    until = "" if period.complete else " to date"
    return f"{period.label} = {period.window.start}..{period.window.end}{until}"


Q3 = "Q3 2025 = 2025-06..2025-09"
H1 = "H1 2025 = 2024-12..2025-06"
SEPTEMBER = "2025-09 = 2025-08..2025-09"
TTM = "TTM 2025-09 = 2024-09..2025-09"
YTD = "YTD 2025-09 = 2024-12..2025-09"
FY25 = "FY25 = 2024-12..2025-09 to date"
JAN_JUNE = "2025-01..2025-06 = 2024-12..2025-06"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Q3),
        ("Q3", Q3),
        ("q3", Q3),
        ("\u200eQ\u200b3\u2069", Q3),
        ("Q3 Q3", Q3),
        ("T3", Q3),
        ("Q3 2025", Q3),
        ("T3 2025", Q3),
        ("Q3 25", Q3),
        ("Q3/2025", Q3),
        ("Q3-2025", Q3),
        ("Q3'25", Q3),
        ("Q3 \u201925", Q3),
        ("2025Q3", Q3),
        ("2025-Q3", Q3),
        ("2025 T3", Q3),
        ("25Q3", Q3),
        ("3Q25", Q3),
        ("3T 2025", Q3),
        ("Q3 FY25", Q3),
        ("FY25 Q3", Q3),
        ("T3 exercice 2025", Q3),
        ("third quarter", Q3),
        ("3rd quarter of 2025", Q3),
        ("3e trimestre 2025", Q3),
        ("3\u1d49 trimestre 2025", Q3),
        ("troisième trimestre", Q3),
        ("trimestre 3", Q3),
        ("for the quarter 3 2025?", Q3),
        ("Q4", "Q4 2024 = 2024-09..2024-12"),
        ("Q3 2024", "Q3 2024 = 2024-06..2024-09"),
        ("Q1 25", "Q1 2025 = 2024-12..2025-03"),
        ("H1", H1),
        ("S1", H1),
        ("2025-H1", H1),
        ("2025-H1.", H1),
        ("S1 2025", H1),
        ("1S25", H1),
        ("1er semestre 2025", H1),
        ("premier semestre", H1),
        ("first half of 2025", H1),
        ("H2", "H2 2025 = 2025-06..2025-09 to date"),
        ("S2 2024", "H2 2024 = 2024-06..2024-12"),
        ("September", SEPTEMBER),
        ("septembre", SEPTEMBER),
        ("sept. 2025", SEPTEMBER),
        ("SEPT 2025", SEPTEMBER),
        ("Sep-25", SEPTEMBER),
        ("sept.\u00a02025", SEPTEMBER),
        ("month of September 2025", SEPTEMBER),
        ("mois de septembre", SEPTEMBER),
        ("2025 September", SEPTEMBER),
        ("09/2025", SEPTEMBER),
        ("9/2025", SEPTEMBER),
        ("09.2025", SEPTEMBER),
        ("2025-09", SEPTEMBER),
        ("2025\u201309", SEPTEMBER),
        ("2025/9", SEPTEMBER),
        ("en d\u00e9cembre", "2024-12 = 2024-11..2024-12"),
        ("de\u0301cembre 2024", "2024-12 = 2024-11..2024-12"),
        ("d'août", "2025-08 = 2025-07..2025-08"),
        ("fevr. 2025", "2025-02 = 2025-01..2025-02"),
        ("may", "2025-05 = 2025-04..2025-05"),
        ("2024", "2024 = 2023-12..2024-12"),
        ("année 2024", "2024 = 2023-12..2024-12"),
        ("2025", "2025 = 2024-12..2025-09 to date"),
        ("FY25", FY25),
        ("FY2025", FY25),
        ("FY 25", FY25),
        ("FY'25", FY25),
        ("FY24/25", FY25),
        ("FY", FY25),
        ("exercice 2025", FY25),
        ("l'exercice 2024-2025", FY25),
        ("fiscal year 2025", FY25),
        ("last quarter", Q3),
        ("the last complete quarter", Q3),
        ("this quarter", Q3),
        ("current quarter", Q3),
        ("le trimestre dernier", Q3),
        ("trimestre précédent", Q3),
        ("dernier trimestre", Q3),
        ("ce trimestre", Q3),
        ("trimestre en cours", Q3),
        ("last month", SEPTEMBER),
        ("this month", SEPTEMBER),
        ("mois dernier", SEPTEMBER),
        ("le mois passé", SEPTEMBER),
        ("last half", H1),
        ("semestre dernier", H1),
        ("last year", "2024 = 2023-12..2024-12"),
        ("annee derniere", "2024 = 2023-12..2024-12"),
        ("l\u2019année dernière", "2024 = 2023-12..2024-12"),
        ("l'an dernier", "2024 = 2023-12..2024-12"),
        ("this year", "2025 = 2024-12..2025-09 to date"),
        ("cette année", "2025 = 2024-12..2025-09 to date"),
        ("last fiscal year", "FY24 = 2023-12..2024-12"),
        ("exercice en cours", FY25),
        ("TTM", TTM),
        ("ltm", TTM),
        ("T12M", TTM),
        ("12 derniers mois", TTM),
        ("les douze derniers mois", TTM),
        ("sur 12 mois glissants", TTM),
        ("last 12 months", TTM),
        ("over the last twelve months", TTM),
        ("trailing 12 months", TTM),
        ("TTM sept 2025", TTM),
        ("sept 2025 TTM", TTM),
        ("TTM à fin septembre", TTM),
        ("TTM Q2", "TTM 2025-06 = 2024-06..2025-06"),
        ("TTM Q4 2024", "TTM 2024-12 = 2023-12..2024-12"),
        ("12 derniers mois à fin juin 2025", "TTM 2025-06 = 2024-06..2025-06"),
        ("TTM 2025", TTM),
        ("TTM June TTM 2025", "TTM 2025-06 = 2024-06..2025-06"),
        ("last 6 months", "2025-04..2025-09 = 2025-03..2025-09"),
        ("6 derniers mois", "2025-04..2025-09 = 2025-03..2025-09"),
        ("the last three months to June 2025", "2025-04..2025-06 = 2025-03..2025-06"),
        ("YTD", YTD),
        ("year to date", YTD),
        ("year-to-date", YTD),
        ("depuis le debut de l'annee", YTD),
        ("depuis le début de l\u2019année", YTD),
        ("since the beginning of the year", YTD),
        ("YTD June 2025", "YTD 2025-06 = 2024-12..2025-06"),
        ("2025-01..2025-06", JAN_JUNE),
        ("2025-01 .. 2025-06", JAN_JUNE),
        ("2025-01\u20262025-06", JAN_JUNE),
        ("2025-01 \u2013 2025-06", JAN_JUNE),
        ("Jan 2025 to June 2025", JAN_JUNE),
        ("from January to June 2025", JAN_JUNE),
        ("between Jan and June 2025", JAN_JUNE),
        ("janv. 2025 à juin 2025", JAN_JUNE),
        ("de janvier à juin 2025", JAN_JUNE),
        ("entre janvier et juin", JAN_JUNE),
        ("Jan 2025 to June", JAN_JUNE),
        ("01/2025 - 06/2025", JAN_JUNE),
        ("Q1-Q2 2025", JAN_JUNE),
        ("d'octobre à décembre", "2024-10..2024-12 = 2024-09..2024-12"),
        ("Nov to Feb 2025", "2024-11..2025-02 = 2024-10..2025-02"),
        ("Nov 2024 to Feb", "2024-11..2025-02 = 2024-10..2025-02"),
        ("Oct 2024 to Sept", "2024-10..2025-09 = 2024-09..2025-09"),
        ("2023..2024", "2023-01..2024-12 = 2022-12..2024-12"),
        ("2025-07..2025-12", "2025-07..2025-09 = 2025-06..2025-09 to date"),
        ("third quarter of 2024 to second quarter of 2025", "2024-07..2025-06 = 2024-06..2025-06"),
        ("since January", "2025-01..2025-09 = 2024-12..2025-09"),
        ("depuis juin 2024", "2024-06..2025-09 = 2024-05..2025-09"),
    ],
)
def test_periods(text: str, expected: str) -> None:
    assert shown(ask(text).period) == expected
    assert shown(ask(f"  NRR {text.upper()} , Retail ").period) == expected


@pytest.mark.parametrize(
    ("first_month", "data_through", "text", "expected"),
    [
        # A fiscal year that starts in April is named after the year in which it ends.
        (4, "2025-09", "", "Q2 2026 = 2025-06..2025-09"),
        (4, "2025-09", "Q1", "Q1 2026 = 2025-03..2025-06"),
        (4, "2025-09", "Q3", "Q3 2025 = 2024-09..2024-12"),
        (4, "2025-09", "Q3 2025", "Q3 2025 = 2024-09..2024-12"),
        (4, "2025-09", "FY25", "FY25 = 2024-03..2025-03"),
        (4, "2025-09", "FY26", "FY26 = 2025-03..2025-09 to date"),
        (4, "2025-09", "FY", "FY26 = 2025-03..2025-09 to date"),
        (4, "2025-09", "2025", "2025 = 2024-12..2025-09 to date"),
        (4, "2025-09", "H1", "H1 2026 = 2025-03..2025-09"),
        (4, "2025-09", "S2", "H2 2025 = 2024-09..2025-03"),
        (4, "2025-09", "YTD", "YTD 2025-09 = 2025-03..2025-09"),
        (4, "2025-03", "YTD", "YTD 2025-03 = 2024-03..2025-03"),
        (4, "2025-09", "last fiscal year", "FY25 = 2024-03..2025-03"),
        (4, "2025-09", "last year", "2024 = 2023-12..2024-12"),
        (4, "2025-09", "September", "2025-09 = 2025-08..2025-09"),
        (4, "2025-09", "Q1-Q2 FY26", "2025-04..2025-09 = 2025-03..2025-09"),
        (4, "2025-08", "", "Q1 2026 = 2025-03..2025-06"),
        (4, "2025-08", "T2", "Q2 2026 = 2025-06..2025-08 to date"),
        (4, "2025-08", "last quarter", "Q1 2026 = 2025-03..2025-06"),
        (4, "2025-08", "this quarter", "Q2 2026 = 2025-06..2025-08 to date"),
        (7, "2025-09", "", "Q1 2026 = 2025-06..2025-09"),
        (7, "2025-09", "Q3", "Q3 2025 = 2024-12..2025-03"),
        (7, "2025-09", "exercice 2025", "FY25 = 2024-06..2025-06"),
        (7, "2025-09", "dernier exercice", "FY25 = 2024-06..2025-06"),
        (7, "2025-09", "S1", "H1 2026 = 2025-06..2025-09 to date"),
        (7, "2025-09", "depuis le début de l'exercice", "YTD 2025-09 = 2025-06..2025-09"),
        (7, "2025-06", "last fiscal year", "FY25 = 2024-06..2025-06"),
        (10, "2025-09", "", "Q4 2025 = 2025-06..2025-09"),
        (10, "2025-09", "Q4", "Q4 2025 = 2025-06..2025-09"),
        (10, "2025-09", "Q1", "Q1 2025 = 2024-09..2024-12"),
        (10, "2025-10", "Q1", "Q1 2026 = 2025-09..2025-10 to date"),
        (10, "2025-10", "", "Q4 2025 = 2025-06..2025-09"),
        (10, "2025-09", "FY25", "FY25 = 2024-09..2025-09"),
        (10, "2025-09", "this year", "2025 = 2024-12..2025-09 to date"),
        (10, "2025-09", "2025Q2", "Q2 2025 = 2024-12..2025-03"),
        # January again, where the data ends elsewhere.
        (1, "2025-08", "", "Q2 2025 = 2025-03..2025-06"),
        (1, "2025-08", "Q3", "Q3 2025 = 2025-06..2025-08 to date"),
        (1, "2025-07", "Q3 2025", "Q3 2025 = 2025-06..2025-07 to date"),
        (1, "2025-12", "last year", "2025 = 2024-12..2025-12"),
        (1, "2025-12", "2025", "2025 = 2024-12..2025-12"),
        (1, "2025-01", "last quarter", "Q4 2024 = 2024-09..2024-12"),
        (1, "2025-01", "Feb", "2024-02 = 2024-01..2024-02"),
        (1, "2025-01", "YTD", "YTD 2025-01 = 2024-12..2025-01"),
    ],
)
def test_the_fiscal_calendar_and_the_data_decide(first_month: int, data_through: str, text: str, expected: str) -> None:
    assert shown(ask(text, first_month, data_through).period) == expected


@pytest.mark.parametrize(
    ("text", "expected", "period"),
    [
        ("enterprise Q3", "segment=Enterprise", Q3),
        ("Q3 enterprise", "segment=Enterprise", Q3),
        ("entreprise T3", "segment=Enterprise", Q3),
        ("ENTREPRISES t3", "segment=Enterprise", Q3),
        ("grands comptes T3", "segment=Enterprise", Q3),
        ("NRR des grands comptes au T3", "segment=Enterprise", Q3),
        ("large", "segment=Enterprise", Q3),
        ("PME", "segment=SMB", Q3),
        ("sme", "segment=SMB", Q3),
        ("TPE/PME H1", "segment=SMB", H1),
        ("small business", "segment=SMB", Q3),
        ("mid market", "segment=Mid-Market", Q3),
        ("midmarket", "segment=Mid-Market", Q3),
        ("Mid\u2013Market", "segment=Mid-Market", Q3),
        ("mid\u2011market", "segment=Mid-Market", Q3),
        ("ETI sept. 2025", "segment=Mid-Market", SEPTEMBER),
        ("b2c", "segment=Consumer", Q3),
        ("particuliers", "segment=Consumer", Q3),
        ("Grand\u00a0public", "segment=Consumer", Q3),
        ("industry=fintech 2025-H1", "industry=Fintech", H1),
        ("secteur=fintech", "industry=Fintech", Q3),
        ("secteur = fintech", "industry=Fintech", Q3),
        ("Industry:fintech T3", "industry=Fintech", Q3),
        ('industry: "Financial services"', "industry=Financial services", Q3),
        ("industry=\u201cfinancial services\u201d Q3", "industry=Financial services", Q3),
        ("industry=\u00ab\u00a0Financial services\u00a0\u00bb", "industry=Financial services", Q3),
        ("industry=financial services Q3", "industry=Financial services", Q3),
        ("financial services Q3", "industry=Financial services", Q3),
        ("Q3 2025 Financial-Services", "industry=Financial services", Q3),
        ("industry fintech", "industry=Fintech", Q3),
        ("the fintech industry in Q3", "industry=Fintech", Q3),
        ("the enterprise segment", "segment=Enterprise", Q3),
        ("the fintech segment", "industry=Fintech", Q3),
        ("segment entreprise", "segment=Enterprise", Q3),
        ("Q3 fintech 2025", "industry=Fintech", Q3),
        ("2025 fintech sept", "industry=Fintech", SEPTEMBER),
        ("sante", "industry=Santé", Q3),
        ("ile de france T3", "region=Île-de-France", Q3),
        ("plan=enterprise", "plan=Enterprise", Q3),
        ("formule entreprise", "plan=Enterprise", Q3),
        ("pro", "plan=Pro", Q3),
        ("Pro+", "plan=Pro+", Q3),
        # A value that no period can be, and periods that a value could have been.
        ("S3", "plan=S3", Q3),
        ("Q1 Team Q3", "owner=Q1 Team", Q3),
        ("May Chen May", "owner=May Chen", "2025-05 = 2025-04..2025-05"),
        ("Zone Nord", "region=Zone Nord", Q3),
        # "DE" as the sheet has it is Germany, "de" is French; "in" is never a region by itself.
        ("nrr DE T3", "region=DE", Q3),
        ("nrr de T3", "", Q3),
        ("region=de", "region=DE", Q3),
        ("in Q3", "", Q3),
        ("region=in", "region=in", Q3),
        ('"Acme & Co" Q3', "owner=Acme & Co", Q3),
        ("Acme & Co Q3", "owner=Acme & Co", Q3),
        ("'acme & co'", "owner=Acme & Co", Q3),
        ("\u2018Acme & Co\u2019", "owner=Acme & Co", Q3),
        ("\u00ab\u00a0Acme & Co\u00a0\u00bb T3", "owner=Acme & Co", Q3),
        ("o\u2019brien", "owner=O'Brien", Q3),
        ("pricing model=per seat", "pricing_model=Per seat", Q3),
        ("pricing_model=usage", "pricing_model=Usage", Q3),
        ("1-2 years", "tenure=1-2 years", Q3),
        ("1 \u2013 2 YEARS", "tenure=1-2 years", Q3),
        ("12 YEARS", "tenure=12 years", Q3),
        ("coeur", "account status=C\u0153ur", Q3),
        ("account status: live", "account status=Live", Q3),
        ("period: Q3", "", Q3),
        ("whole company", "", Q3),
        ("toute la retention", "", Q3),
        ("enterprise fintech EMEA TTM", "segment=Enterprise, industry=Fintech, region=EMEA", TTM),
        ("plan=enterprise enterprise", "plan=Enterprise, segment=Enterprise", Q3),
        ("enterprise, entreprise; Q3!", "segment=Enterprise", Q3),
        ("\u200benterprise\u200b\u2003Q3", "segment=Enterprise", Q3),
        ("*enterprise* `Q3`", "segment=Enterprise", Q3),
        ("\uff25\uff4e\uff54\uff45\uff52\uff50\uff52\uff49\uff53\uff45 \uff31\uff13", "segment=Enterprise", Q3),
    ],
)
def test_filters(text: str, expected: str, period: str) -> None:
    question = ask(text)
    assert format_filters(question) == expected
    assert shown(question.period) == period


@pytest.mark.parametrize(
    ("text", "metric", "expected"),
    [
        ("enterprise", "nrr", "nrr cohort"),
        ("enterprise", "grr", "grr cohort"),
        ("grr enterprise", "nrr", "grr cohort"),
        ("/grr enterprise", "nrr", "grr cohort"),
        ("nrr", "grr", "nrr cohort"),
        ("gross revenue retention", "nrr", "grr cohort"),
        ("rétention brute des PME", "nrr", "grr cohort"),
        ("rétention nette", "grr", "nrr cohort"),
        ("GDR movements", "nrr", "grr movements"),
        ("mouvements T3", "nrr", "nrr movements"),
        ("compounded TTM", "nrr", "nrr compounded"),
        ("NRR composé", "nrr", "nrr compounded"),
        ("cohorte", "nrr", "nrr cohort"),
        ("method=movements", "nrr", "nrr movements"),
    ],
)
def test_metric_and_method(text: str, metric: Metric, expected: str) -> None:
    question = ask(text, metric=metric)
    assert f"{question.metric} {question.method}" == expected


NO_SEGMENT_Q3 = (
    'I understood the period "Q3 2025", but there is no segment "entreprize". Nearest: Enterprise. '
    "Segments: Consumer, SMB, Mid-Market, Enterprise. Example: /nrr enterprise Q3 2025"
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("entreprize Q3", NO_SEGMENT_Q3),
        ("Q3 entreprize 2025", NO_SEGMENT_Q3),
        ("entreprize", 'There is no segment or period "entreprize". Nearest: Enterprise.'),
        ("blah", 'There is no segment or period "blah". Segments: Consumer, SMB, Mid-Market, Enterprise. Example: '),
        ("smb blah", 'I understood "SMB", but there is no segment or period "blah".'),
        ("smb Q3 blah", 'I understood "SMB" and the period "Q3 2025", but not "blah".'),
        ("finanical servces", 'There is no segment or period "finanical servces". Nearest: Financial services.'),
        ("the very entreprize", 'There is no segment or period "very entreprize". Nearest: Enterprise.'),
        ("grand comptte", 'There is no segment or period "grand comptte". Nearest: Enterprise.'),
        ("industry=fintek", 'There is no "fintek" in Secteur. Nearest: Fintech. Secteur has: Fintech, Financial'),
        (
            "industry=fintek Q3",
            'I understood the period "Q3 2025", but there is no "fintek" in Secteur. Nearest: Fintech.',
        ),
        ('plan="blah blah"', 'There is no "blah blah" in Plan. Plan has: Pro, Pro+, Enterprise, S3, Starter. Example:'),
        ("indstry=fintech", 'There is no dimension "indstry". Nearest: Secteur. Dimensions: Segment, Secteur, region,'),
        (
            "foo=fintech",
            'There is no dimension "foo". Dimensions: Segment, Secteur, region, Plan, owner, pricing_model',
        ),
        ("Q3 fintech 99999", 'I understood "Fintech" and the period "Q3 2025", but not "99999".'),
        ("FY24/26", 'There is no period "FY24/26".'),
        ("Q1 to June 2025", 'The question names two periods: "Q1" and "June 2025".'),
        ("last quarter to this quarter", 'The question names two periods: "last quarter" and "this quarter".'),
        ("since last quarter", 'I understood the period "Q3 2025", but there is no segment "since".'),
        ("industry=", "Which Secteur do you mean? Secteur has: Fintech, Financial services, Santé, Retail."),
        ("secteur T3", "Which Secteur do you mean?"),
        ("setember", 'There is no period "setember". Nearest: September, septembre, December. Example: /nrr September'),
        ("smb setember", 'I understood "SMB", but there is no period "setember". Nearest: September'),
        ("Q3 20205", 'There is no period "Q3 20205". Nearest: Q3 2025, Q3 2024, Q3 2023. Example: /nrr Q3 2025'),
        (
            "last quater",
            (
                'There is no period "last quater". Nearest: last quarter, first quarter, this quarter. '
                "Example: /nrr last quarter"
            ),
        ),
        ("trimestre dernie", 'There is no period "trimestre dernie". Nearest: trimestre dernier'),
        ("99999", 'There is no period "99999". Write a period as Q3 2025, H1 2025, FY25, 2025, Sept. 2025 or TTM.'),
        ("Q5", 'There is no "Q5": quarters go from 1 to 4.'),
        ("enterprise T0", 'There is no "T0": quarters go from 1 to 4.'),
        ("H3 2025", 'There is no "H3 2025": half-years are 1 and 2.'),
        ("13/2025", 'There is no "13/2025": months go from 1 to 12.'),
        ("2025-13", 'There is no "2025-13": months go from 1 to 12.'),
        ("2025-01..2025-13", 'There is no "2025-01..2025-13": months go from 1 to 12.'),
        ("last 0 months", 'There is no "last 0 months": a period has one month or more.'),
        (
            "Q4 2025",
            "Q4 2025 begins after the data, which goes through 2025-09. Ask for an earlier period; the last complete",
        ),
        ("2026", "2026 begins after the data, which goes through 2025-09."),
        ("October 2025", "2025-10 begins after the data, which goes through 2025-09."),
        ("next quarter", "Q4 2025 begins after the data, which goes through 2025-09."),
        ("TTM Dec 2025", "2025-12 begins after the data, which goes through 2025-09."),
        ("2026-01..2026-03", "2026-01..2026-03 begins after the data, which goes through 2025-09."),
        ("since October 2025", "2025-10..2025-10 begins after the data"),
        ("2025-06..2025-01", "The range 2025-06..2025-01 ends before it begins. Write the earlier month first"),
        (
            "Q3 Q2",
            'The question names two periods: "Q3" and "Q2". Ask for one period, or for a range such as 2025-01..',
        ),
        ("Q3 2025 and 2024", 'The question names two periods: "Q3 2025" and "2024".'),
        ("September FY25", 'The question names two periods: "September" and "FY25".'),
        ("TTM YTD", 'The question names two periods: "TTM" and "YTD".'),
        ("movements compounded", 'The question names two methods: "movements" and "compounded".'),
        # What turns the sense round is never passed over.
        ("segment != SMB", 'I understood "SMB", but there is no segment or period "!=".'),
        ("segment \u2260 SMB", 'I understood "SMB", but there is no segment or period "!=".'),
        ("-smb", 'There is no segment or period "-smb". Nearest: SMB.'),
        ("x" * 100, f'There is no segment or period "{"x" * 57}..."'),
    ],
)
def test_refusals(text: str, expected: str) -> None:
    assert str(refused(text)).startswith(expected)


@pytest.mark.parametrize(
    ("text", "unknown"), [("last q", ("last q",)), ("t dernier", ("t dernier",)), ("third q of 2025", ("third q",))]
)
def test_one_letter_names_a_part_of_a_year_only_next_to_digits(text: str, unknown: tuple[str, ...]) -> None:
    assert refused(text).values["unknown_words"] == unknown


def test_a_near_miss_says_by_its_values_what_was_understood() -> None:
    error = refused("fintech entreprize Q3 blah")
    assert error.values["understood"] == ("Fintech", "Q3 2025")
    assert error.values["unknown_words"] == ("entreprize", "blah")
    assert error.values["nearest_names"] == ("Enterprise",)


def test_the_sentences_are_templates_that_can_be_translated() -> None:
    error = refused("entreprize Q3")
    assert error.problem == 'I understood the period "{period}", but there is no segment "{unknown}".'
    assert error.fix == "Nearest: {nearest}. Segments: {names}. Example: {example}"


def test_what_is_suggested_lies_within_the_data() -> None:
    assert refused("Q3 20205", data_through="2025-02").values["nearest_names"] == ("Q3 2024", "Q3 2023")


def test_a_brace_in_the_question_is_only_a_character() -> None:
    assert '"blah' in str(refused("blah{unknown}"))


def test_the_size_is_the_segment_where_the_sheet_has_none() -> None:
    derived = Vocabulary({"size": SIZE_NAMES, "plan": ("Enterprise",)}, {})
    assert format_filters(ask("segment=enterprise", words=derived)) == "size=Enterprise"
    assert format_filters(ask("grands comptes", words=derived)) == "size=Enterprise"


def test_a_value_of_two_dimensions_belongs_to_the_first() -> None:
    other = Vocabulary({"plan": ("Enterprise",), "segment": SIZE_NAMES}, {})
    assert format_filters(ask("enterprise", words=other)) == "plan=Enterprise"


def test_french_values_are_found_by_english_words() -> None:
    french = Vocabulary({"segment": ("Grands comptes", "ETI", "PME")}, {})
    assert format_filters(ask("enterprise", words=french)) == "segment=Grands comptes"
    assert format_filters(ask("mid-market", words=french)) == "segment=ETI"


def test_a_synonym_of_two_values_is_not_settled_by_chance() -> None:
    both = Vocabulary({"segment": ("TPE", "PME")}, {})
    assert format_filters(ask("pme", words=both)) == "segment=PME"
    assert refused("smb", words=both).values["unknown_words"] == ("smb",)


def test_a_word_of_the_workspace_is_its_value() -> None:
    own = {"Big customers": Filter("segment", "Enterprise"), "large": Filter("segment", "Mid-Market")}
    words = Vocabulary({"segment": SIZE_NAMES, "plan": ("Enterprise",)}, {}, own)
    for text in ("big customers Q3", "GRR of the big-customer", '"big customers"', "segment=big customers"):
        assert format_filters(ask(text, words=words)) == "segment=Enterprise"
    assert ask("not big customers", words=words).filters == (Filter("segment", "Enterprise", excluded=True),)
    # It comes before a usual name of a value.
    assert format_filters(ask("large", words=words)) == "segment=Mid-Market"
    assert str(refused("plan=big customers", words=words)).startswith('There is no "big customers" in plan')
    misspelt = refused("bigg custmers Q3", words=words)
    assert (misspelt.values["nearest_names"], misspelt.values["example"]) == (
        ("Big customers",),
        "/nrr enterprise Q3 2025",
    )


def test_values_that_are_spelt_alike_are_told_apart_by_their_exact_spelling() -> None:
    twice = Vocabulary({"segment": ("Mid-Market", "mid market")}, {})
    assert format_filters(ask("mid market", words=twice)) == "segment=mid market"
    assert format_filters(ask("Mid-Market", words=twice)) == "segment=Mid-Market"


def test_a_value_that_reads_as_a_period_takes_its_dimension() -> None:
    plans = Vocabulary({"plan": ("H1", "May"), "owner": ("May",)}, {})
    assert format_filters(ask("H1", words=plans)) == ""
    assert format_filters(ask("plan=H1 owner=may", words=plans)) == "plan=H1, owner=May"


def test_a_heading_that_reads_as_something_else_is_a_dimension_only_with_its_value() -> None:
    odd = Vocabulary({"segment": SIZE_NAMES, "q3": ("yes", "no"), "client": ("gold",)}, {})
    assert format_filters(ask("enterprise client Q3", words=odd)) == "segment=Enterprise"
    assert shown(ask("enterprise client Q2", words=odd).period) == "Q2 2025 = 2025-03..2025-06"
    assert format_filters(ask("q3=yes client gold", words=odd)) == "q3=yes, client=gold"


@pytest.mark.parametrize(
    ("text", "example"),
    [
        ("segment=gol", "/nrr gold"),
        # Each of these words alone would be read as something else.
        ("plan=gol", '/nrr plan="Gold"'),
        ("plan=al", '/nrr plan="All"'),
        ("plan=segmen T3", '/nrr plan="Segment" Q3 2025'),
        ("plan=janvv", '/nrr plan="Janv"'),
        ("pln=gold", '/nrr plan="Gold"'),
        ("foo=gold", '/nrr segment="Gold"'),
        ("industry=gold", '/nrr segment="Gold"'),
    ],
)
def test_examples_name_the_dimension_where_the_value_alone_would_not_do(text: str, example: str) -> None:
    words = Vocabulary({"segment": ("Gold",), "plan": ("Gold", "All", "Segment", "Janv")}, {})
    assert refused(text, words=words).values["example"] == example


def test_without_any_dimension_periods_can_still_be_asked() -> None:
    nothing = Vocabulary({}, {})
    assert shown(ask("Q3", words=nothing).period) == Q3
    assert str(refused("blah", words=nothing)) == 'There is no segment or period "blah". Example: /nrr'


@pytest.mark.parametrize("name", list_period_names())
def test_every_period_that_is_suggested_can_be_read(name: str) -> None:
    assert isinstance(ask(name), Question)


def test_every_part_of_a_year_can_be_suggested() -> None:
    parts = [
        f"{part}{number}" for part, count in {"Q": 4, "T": 4, "H": 2, "S": 2}.items() for number in range(1, count + 1)
    ]
    assert [name for name in list_period_names() if name[1:].isdigit()] == parts


def test_no_word_names_two_sizes_or_two_dimensions() -> None:
    assert not [one & other for one, other in itertools.combinations(SIZE_SPELLINGS, 2) if one & other]
    claims = [word for dimension, words in DIMENSION_WORDS.items() for word in words if dimension != "size"]
    assert len(claims) == len(set(claims))


@pytest.mark.parametrize(
    "text",
    [
        "x " * 5_000,
        "enterprise Q3 " * 1_000,
        "a" * 10_000,
        "a b " * (MOST_CHARACTERS // 4),
        "last " * (MOST_CHARACTERS // 5),
        "-.. " * (MOST_CHARACTERS // 4),
        "1 to " * (MOST_CHARACTERS // 5),
        "'" * MOST_CHARACTERS,
        "\ufdfa" * MOST_CHARACTERS,
    ],
)
def test_a_long_text_is_answered_quickly(text: str) -> None:
    began = time.perf_counter()
    attempt(text, Calendar(), DATA_THROUGH)
    assert time.perf_counter() - began < 2


def test_a_text_that_is_too_long_is_refused_with_its_length() -> None:
    assert str(refused("Q3 " * 200)).startswith("The question has 600 characters; the limit is 500.")


# What a soup of words is made of: every kind of piece that the reader knows, and some that it does not.
PIECES = st.sampled_from(
    [
        *("enterprise", "entreprize", "PME", "fintek", "DE", "in", "Acme & Co", "blah", "S3", "-smb"),
        *("Q3", "T3", "Q5", "2025", "25", "20205", "2024-13", "FY", "FY25", "exercice", "sept.", "janvier", "setember"),
        *("TTM", "YTD", "2025-01..2025-06", "..", "-", "to", "à", "between", "and", "since", "depuis", "l'année"),
        *("last", "next", "dernier", "trimestre", "mois", "months", "12", "0", "two", "second", "semestre"),
        *("industry", "secteur", "indstry=", "=", ":", "!=", '"', "'", "\u00ab", "(", "grr", "movements", "/nrr"),
    ]
)


@given(st.one_of(st.text(), st.lists(PIECES).map(" ".join)), st.integers(1, 12), st.integers(2015, 2035))
def test_any_text_is_a_question_or_a_question_error(text: str, first_month: int, year: int) -> None:
    calendar, through = Calendar(first_month), Month.of(year, first_month)
    outcome = attempt(text, calendar, through)
    if isinstance(outcome, Question):
        assert outcome.period.window.end <= through
        assert len({kept.dimension for kept in outcome.filters}) == len(outcome.filters)
    else:
        assert str(outcome)
        example = outcome.values.get("example", "")
        assert isinstance(attempt(str(example), calendar, through), Question)


VALUES = st.lists(st.text(string.ascii_letters + string.digits + " -+", min_size=1), min_size=1, max_size=5).map(tuple)


@given(st.dictionaries(st.sampled_from(["segment", "plan", "account status"]), VALUES, min_size=1))
def test_every_value_can_be_asked_for_by_its_dimension(dimensions: dict[str, tuple[str, ...]]) -> None:
    words = Vocabulary(dimensions, {})
    for dimension, values in dimensions.items():
        for value in values:
            # What a cell holds comes here without spaces at its ends and in rows.
            if value == " ".join(value.split()) and any(letter.isalnum() for letter in value):
                assert ask(f'{dimension}="{value}"', words=words).filters == (Filter(dimension, value),)


@pytest.mark.parametrize(
    ("text", "understood"),
    [
        # The whole value of an unknown dimension is skipped: its last word is no filter.
        ("foo=a b smb", ()),
        ("foo=a smb", ()),
        ("foo=smb", ()),
        # A quoted value ends with its quotes, and a value ends before a period.
        ('foo="a" smb b c', ("SMB",)),
        ("foo=a b Q3 smb", ("SMB", "Q3 2025")),
    ],
)
def test_the_value_of_an_unknown_dimension_is_skipped_whole(text: str, understood: tuple[str, ...]) -> None:
    error = refused(text)
    assert error.values["unknown_words"] == ("foo",)
    assert error.values["understood"] == understood


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        # a comma after an excluded value goes on with the values of its column
        ("Q3 not segment=SMB, Mid-Market", "-SMB -Mid-Market"),
        ("not SMB, enterprise Q3", "-SMB -Enterprise"),
        ("not SMB and enterprise, Q3", "-SMB -Enterprise"),
        ("enterprise, not SMB, Q3", "+Enterprise -SMB"),
        ("not SMB, fintech Q3", "-SMB +Fintech"),
    ],
)
def test_what_a_comma_excludes(text: str, cut: str) -> None:
    filters = ask(text).filters
    assert " ".join(f"{'-' if entry.excluded else '+'}{entry.value}" for entry in filters) == cut
