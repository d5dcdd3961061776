"""Figures over HTTP: the same as in an answer, for every value, period, window and method."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it ships no types

from core.lookup.figures import METRICS
from tests.support.addin import Backend, serve_addin
from tests.support.sample_company import SampleCompany

PERIODS = (
    "Q3 2026",
    "Q2 2026",
    "2026-09",
    "TTM 2026-09",
    "TTM 2026-08",
    "FY25",
    "H1 2026",
    "2026-03..2026-07",
    "Q1 2024",
)
CUTS: tuple[str, ...] = ("", "segment=Consumer", "segment=SMB", "segment=Enterprise", 'region="UK & Ireland"')
CUTS += (
    "size=Mid-Market",
    "enterprise, smb",
    "not segment=Consumer",
    "enterprise DACH",
    "base from ARR 100000",
    "segment=Unassigned",
)
# The metric -> its key in a window of the JSON.
KEYS = {name: name for name in METRICS} | {"new_mrr": "new_mrr", "accounts": "base", "churned_accounts": "churned"}


def read_expected(metric: str, window: dict[str, Any]) -> float | int | None:
    """Return the value of a metric by the JSON of an answer."""
    key = KEYS[metric]
    if metric in {"nrr", "grr", "logo_retention"}:
        return None if window[key] is None else round(float(window[key]) / 100, 3)
    value: int = window["accounts"][key] if metric.endswith("accounts") else window[key]
    return value if metric.endswith("accounts") else value / 100


@pytest.mark.parametrize("period", PERIODS)
def test_figures_are_those_of_an_answer(backend: Backend, sample_company: SampleCompany, period: str) -> None:
    metrics = [name for name in METRICS if name not in {"mrr", "arr"}]
    answers = backend.figures(*((metric, cut, period) for cut in CUTS for metric in metrics))
    for place, cut in enumerate(CUTS):
        outcome = sample_company.ask(f"{cut} {period}")
        assert outcome.answer, (cut, period, outcome.refusal)
        window = outcome.answer["window"]
        for metric, answer in zip(metrics, answers[place * len(metrics) :], strict=False):
            assert answer["value"] == read_expected(metric, window), (metric, cut, period)
            assert (answer["start"], answer["end"]) == (window["start"], window["end"])


@pytest.mark.parametrize("method", ["cohort", "movements", "compounded"])
def test_the_ratios_of_each_method_are_those_of_an_answer(
    backend: Backend, sample_company: SampleCompany, method: str
) -> None:
    for cut in ("", "enterprise", "smb"):
        word = "" if method == "cohort" else method
        nrr, grr = backend.figures(("nrr", cut, "TTM", method), ("grr", f"{cut} {word}", "TTM"))
        answer = sample_company.ask(f"{cut} TTM {word}").answer
        assert answer
        assert [nrr["value"], grr["value"]] == [read_expected(name, answer["window"]) for name in ("nrr", "grr")]


@pytest.mark.parametrize("measure", ["mrr", "arr"])
def test_revenue_at_a_close_is_that_of_the_sub_command(
    backend: Backend, sample_company: SampleCompany, measure: str
) -> None:
    for cut in ("", "enterprise", "not smb"):
        (figure,) = backend.figures((measure, cut, "2026-08"))
        answer = sample_company.ask(f"{measure} {cut} 2026-08").answer
        assert answer
        assert (figure["value"], figure["unit"]) == (answer["whole"][measure] / 100, "EUR")


def test_words_are_read_as_in_slack_in_both_languages(backend: Backend) -> None:
    questions = [
        ("nrr", "grands comptes", "T3 2026"),
        ("NRR", "Enterprise", "Q3 2026"),
        ("ndr", "enterprise Q3", ""),
        ("rétention nette", "ENT", "third quarter 2026"),
    ]
    answers = backend.figures(*questions)
    assert {(one["read_as"], one["value"]) for one in answers} == {("enterprise Q3 2026", 0.968)}
    assert len({one["receipt"] for one in answers}) == 1


def test_no_figure_has_a_reason_in_the_language_asked_for(backend: Backend) -> None:
    for language, reason in (
        ("en", "No figure: it needs the close of December 2022, and the history begins with October 2023."),
        ("fr", "Pas de valeur : il faut la clôture de fin décembre 2022, et l’historique commence en octobre 2023."),
    ):
        (answer,) = backend.figures(("nrr", "enterprise", "Q1 2023"), language=language)
        assert (answer["value"], answer["code"]) == (None, "no_figure")
        assert answer["reason"] == reason


@pytest.mark.parametrize(
    ("header", "problem"),
    [("fr-CH, fr;q=0.9", "La clé n’est"), ("de, en;q=0.5", "The key is"), ("de", "The key is"), ("", "The key is")],
)
def test_texts_are_in_the_language_that_the_request_names(backend: Backend, header: str, problem: str) -> None:
    error = backend.ask("segments", key="nrrbot-wrong", Accept_Language=header).json()["error"]
    assert error["message"].startswith(problem)
    body = {"questions": [{"metric": "nrr", "segment": "enterprise", "period": "Q1 2023"}]}
    reason = backend.ask("metrics", body, Accept_Language=header).json()["answers"][0]["reason"]
    assert reason.startswith("Pas de valeur" if problem == "La clé n’est" else "No figure:")


@pytest.mark.parametrize(
    ("question", "words"),
    [
        (("nrr", "entreprize", "Q3"), "Nearest: Enterprise"),
        (("nrr", "enterprise", "Q7 2026"), "Q7"),
        (("profit", "enterprise", "Q3"), "There is no figure “profit”. Figures: nrr, grr"),
        (("nrr", "enterprise Q2", "Q3"), "two periods"),
        (("nrr", "x" * 200, "Q3"), "x"),
    ],
)
def test_what_is_not_understood_has_a_reason_and_stops_no_other(
    backend: Backend, question: tuple[str, ...], words: str
) -> None:
    wrong, right = backend.figures(question, ("nrr", "enterprise", "Q3"))
    assert (wrong["code"], wrong["value"], right["value"]) == ("not_understood", None, 0.968)
    assert words in wrong["reason"]


def test_the_lists_name_what_can_be_asked(backend: Backend) -> None:
    dimensions = backend.ask("segments").json()["dimensions"]
    periods = backend.ask("periods").json()
    questions = [
        ("nrr", f'{dimension["dimension"]}="{value}"', periods["default"])
        for dimension in dimensions
        for value in dimension["values"]
    ]
    questions += [("nrr", "", period[name]) for period in periods["periods"] for name in ("period", "label", "name")]
    french = backend.ask("periods", Accept_Language="fr-FR,fr;q=0.9,en;q=0.8").json()["periods"]
    questions += [("nrr", "", period[name]) for period in french for name in ("label", "name")]
    assert {"T3 2026", "12 mois 2026-09"} <= {period["name"] for period in french}
    for answer, question in zip(backend.figures(*questions), questions, strict=True):
        assert answer["code"] != "not_understood", (question, answer)
    windows = {(one["start"], one["end"]) for one in periods["periods"]}
    assert ("2026-06", "2026-09") in windows
    assert {one["months"] for one in periods["periods"]} == {1, 3, 12}


def test_the_csv_has_each_figure_once_under_its_key(backend: Backend) -> None:
    response = backend.ask("metrics.csv")
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert response.content.startswith(b"\xef\xbb\xbf")
    rows = {row["key"]: row for row in csv.DictReader(io.StringIO(response.content.decode("utf-8-sig")))}
    assert len(rows) == response.content.count(b"\r\n") - 1
    asked = {"segment|enterprise|q3 2026": "enterprise", "all||ttm 2026-09": "", "region|dach|2026-08": "DACH"}
    for key, cut in asked.items():
        row = rows[key]
        answers = backend.figures(*((name, cut, row["period"]) for name in ("nrr", "starting_mrr", "accounts")))
        assert [float(row[name]) for name in ("nrr", "starting_mrr", "base")] == [one["value"] for one in answers]
    blank = [row for row in rows.values() if not row["nrr"]]
    assert blank
    assert {row["reason"] for row in blank} == {"no account paid at the start"}


def test_every_response_is_as_the_document_has_it(backend: Backend) -> None:
    document = backend.ask("openapi.json").json()
    body = {"questions": [{"metric": "nrr"}, {"metric": "?"}, {"metric": "nrr", "period": "Q1 2023"}]}
    requests = {"metrics": body, "sync": {}, "changed": {"tab": "MRR", "range": "B2:C9"}}
    for path, methods in document["paths"].items():
        name = path.removeprefix("/addin/v1/")
        ((method, operation),) = methods.items()
        for key, status in ((backend.key, "200"), ("wrong", "401")):
            response = backend.ask(name, requests.get(name) if method == "post" else None, key=key)
            assert str(response.status_code) == status, response.text
            ((kind, media),) = operation["responses"][status]["content"].items()
            assert response.headers["Content-Type"].startswith(kind)
            if kind == "application/json":
                schema = {**media["schema"], "components": document["components"]}
                Draft202012Validator(schema).validate(response.json())


def test_before_the_first_sync_there_is_a_reason(sample_company: SampleCompany, tmp_path: Any) -> None:
    from dataclasses import replace

    from core.store.store import Store

    analyst = replace(sample_company.load_analyst(), store=Store(tmp_path / "empty.db"))
    with serve_addin(analyst) as backend:
        response = backend.ask("metrics", {"questions": [{"metric": "nrr"}]})
        assert (response.status_code, response.json()["error"]["code"]) == (503, "no_snapshot")
