"""Figures that no real company has are doubted; those of a real one are not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sheets.problems import Problem
from tests.support.notation import LATER, options, read, sheet

MONTHS = [f"2024-{month:02}" for month in range(1, 13)] + ["2025-01", "2025-02"]


def read_problems(rows: dict[str, list[int]]) -> list[Problem]:
    lines = ["|".join(["Account ID", *MONTHS]), *("|".join([name, *map(str, row)]) for name, row in rows.items())]
    _, problems = read(sheet("MRR", "\n".join(lines)), how=replace(options(), today=LATER))
    return problems


def build_company(accounts: int, **changed: list[int]) -> dict[str, list[int]]:
    """Return accounts that each grow once, and those in `changed`."""
    return {f"a{number}": [100] * 5 + [100 + number] * 9 for number in range(1, accounts + 1)} | changed


@pytest.mark.parametrize(
    ("rows", "codes"),
    [
        pytest.param({"a": [5] * 14, "b": [7] * 14}, ["implausible_constant"], id="nothing ever changes"),
        pytest.param({"a": [5] * 14}, [], id="one account may never change"),
        pytest.param(build_company(4), ["implausible_no_churn"], id="no account ever leaves"),
        pytest.param(build_company(4, z=[9] * 9 + [0] * 5), [], id="one account leaves"),
        pytest.param(build_company(4, z=[9] * 9 + [0] * 5, y=[9] * 10 + [8] * 4), [], id="few accounts lose nothing"),
        pytest.param(build_company(20, z=[9] + [0] * 13), ["implausible_grr"], id="twenty accounts lose nothing"),
        pytest.param(build_company(19, z=[9] + [0] * 13), [], id="nineteen may lose nothing"),
        pytest.param(
            build_company(6, z=[9] * 9 + [0] * 5, y=[50] * 6 + [9000] + [50] * 7),
            ["implausible_month"],
            id="a month",
        ),
        pytest.param(build_company(2, z=[9] * 9 + [0] * 5, y=[50] * 6 + [9000] + [50] * 7), [], id="one big customer"),
    ],
)
def test_figures_that_no_real_company_has(rows: dict[str, list[int]], codes: list[str]) -> None:
    assert [problem.code for problem in read_problems(rows) if problem.code != "amount_absurd"] == codes


def test_the_month_out_of_line_is_reported_at_its_heading() -> None:
    rows = build_company(6, z=[9] * 9 + [0] * 5, y=[50] * 6 + [9000] + [50] * 7)
    (problem,) = [problem for problem in read_problems(rows) if problem.code == "implausible_month"]
    assert (problem.cell, problem.found, problem.values["month"]) == ("H1", "9630.00", "2024-07")
    assert (problem.values["before"], problem.values["after"]) == ("680.00", "680.00")


def test_a_history_of_a_year_is_needed() -> None:
    rows = {"a": [5] * 12 + [0, 0], "b": [7] * 12 + [0, 0]}
    assert not any(problem.code == "implausible_constant" for problem in read_problems(rows))


def test_without_ends_it_is_no_wonder_that_no_account_leaves() -> None:
    lines = "Account ID|Start|{more}Amount\na|2023-01-31d|{blank}100\nb|2023-06-30d|{blank}50\nc|2024-06-30d|{blank}9"
    for more, blank, codes in (("", "", []), ("End|", "|", ["implausible_no_churn"])):
        grid = sheet("Subscriptions", lines.format(more=more, blank=blank))
        ledger, problems = read(grid, how=replace(options(), today=LATER))
        assert ledger.coverage.can_leave is bool(more)
        assert [problem.code for problem in problems if problem.code.startswith("implausible")] == codes
