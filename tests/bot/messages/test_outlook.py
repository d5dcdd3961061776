"""The outlook as a message: its finding first, its budget of words, its figures those of the JSON."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bot.locale.translator import get_translator
from bot.messages.kit.parts import Headline, Note, Paragraph
from bot.messages.outlook.forecast import build_forecast_message
from core.ledger.ledger import Ledger, ScheduledChanges
from core.months import Period, Window
from core.outlook.forecast import Forecast, build_forecast_json, forecast
from core.query.question import Question
from core.terms import Language
from tests.support.generate import company
from tests.support.samples.nine_accounts import build_analyst, build_company
from tests.support.scopes import scope_of

WORDS = 150


def add_what_is_to_come(ledger: Ledger) -> Ledger:
    """Return the ledger with ends of a tenth of the accounts, and renewals with low adoption of all."""
    ending = np.flatnonzero(ledger.panel[-1])[::10]
    days = [float((ledger.last + 2 + place % 9).first_day.toordinal()) for place in range(ledger.accounts.count)]
    changes = ScheduledChanges(ending, np.full(ending.size, (ledger.last + 1).ordinal), -ledger.panel[-1][ending])
    facts = {"renewal_date": np.array(days), "feature_adoption": np.full(len(days), 0.2)}
    return replace(ledger, scheduled_changes=changes, facts=facts)


def look_ahead(ledger: Ledger) -> Forecast:
    question = Question("nrr", (), Period("ttm", Window.ending(ledger.last, 12)))
    return forecast(question, scope_of(ledger, today=ledger.last.last_day + dt.timedelta(days=4)))


@pytest.fixture(scope="module")
def outlook() -> Forecast:
    """The outlook to March and to December: ends, renewals, past terms and a track record."""
    ledger = company(4, 400, 40)
    return look_ahead(add_what_is_to_come(replace(ledger, panel=np.ascontiguousarray(ledger.panel[:39]))))


def read_figures(text: str) -> set[str]:
    """Return the percentages and points of a text, as the JSON writes them."""
    numbers = re.findall(r"[−+]?\d+[.,]\d(?=[\s\u00a0\u202f]?(?:%|points?))", text)
    return {number.replace("−", "-").replace(",", ".") for number in numbers}


def list_strings(value: object) -> set[str]:
    if isinstance(value, dict):
        return set().union(*map(list_strings, value.values())) if value else set()
    if isinstance(value, list):
        return set().union(*map(list_strings, value)) if value else set()
    return {str(value)}


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_fullest_outlook_keeps_its_budget(outlook: Forecast, language: Language) -> None:
    parts = build_forecast_message(outlook, get_translator(language)).parts
    counted = [part.text for part in parts if isinstance(part, Headline | Paragraph | Note)]
    leads = [part.lead for part in parts if isinstance(part, Paragraph)]
    assert len(outlook.rows) == 2
    assert all(row.ends.accounts and row.at_risk.accounts and row.renewals.accounts for row in outlook.rows)
    assert len(" ".join([*counted, *leads]).split()) <= WORDS, counted


@pytest.mark.parametrize("language", ["en", "fr"])
def test_its_figures_are_those_of_the_json(outlook: Forecast, language: Language) -> None:
    text = build_forecast_message(outlook, get_translator(language)).text
    answer = build_forecast_json(outlook)
    figures = {number.lstrip("+") for number in read_figures(text)}
    point = answer["rows"][0]["nrr"]["point"]
    assert point in read_figures(text.splitlines()[0])
    assert figures <= list_strings(answer), figures - list_strings(answer)


def test_a_rough_range_says_so_and_no_range_is_no_width() -> None:
    translate = get_translator("en")
    panel = np.full((14, 6), 10_000)
    still = replace(company(1, 6, 14), panel=panel)
    assert build_forecast_message(look_ahead(still), translate).text.splitlines()[0] == (
        "Whole company: NRR 100.0% expected at the end of December 2023"
    )
    panel = panel.copy()
    panel[-1, 0] = 4_000
    text = build_forecast_message(look_ahead(replace(still, panel=panel)), translate).text
    assert re.match(r"Whole company: NRR 89\.\d% \(roughly \d+–\d+%\) expected at the end of December 2023\n", text)
    assert "Track record: too few past closes show how such forecasts did." in text


def test_grr_first_is_a_forecast_of_grr(outlook: Forecast) -> None:
    asked = replace(outlook, question=replace(outlook.question, metric="grr"))
    text = build_forecast_message(asked, get_translator("en")).text
    grr = build_forecast_json(asked)["rows"][0]["grr"]
    assert text.startswith(f"Whole company: GRR {grr['point']}% (")
    assert f"my GRR forecasts were off by {grr['mean_error']} points 3 months ahead" in text
    assert f"GRR so far {grr['parts']['so_far']}%" in text


def test_a_sheet_without_renewal_dates_does_not_deny_renewals(tmp_path: Path) -> None:
    analyst = build_analyst(tmp_path, "en", replace(build_company(), facts={}))
    reply = analyst.reply("/nrr", "renewals")
    text = reply.message().text
    assert text.startswith("Whole company: renewals are not known, the sheet has no renewal dates")
    assert "no renewal in" not in text
    assert reply.json()["has_dates"] is False


def test_an_account_that_has_left_is_not_at_stake(tmp_path: Path) -> None:
    text = build_analyst(tmp_path, "en", build_company()).reply("/nrr", "lose Nordwind").message().text
    assert "Nothing is at stake: Nordwind paid nothing at the end of September 2025." in text
