"""Who an account is in the revenue tab: names as IDs, merged cells, two names, rows of no account, segments."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.errors import WorkbookLayoutError
from sheets.ingest.parse import ParsedWorkbook, parse_tabs
from sheets.workbook.port import Area, Grid
from tests.support.notation import LATER, options, panel, places, sheet

MONTHS = "2025-01|2025-02"


def parse(*grids: Grid) -> ParsedWorkbook:
    return parse_tabs(grids, options(today=LATER))


def segment(parsed: ParsedWorkbook, key: str) -> list[str]:
    column = parsed.ledger.columns[key]
    return [column.values[code] if code >= 0 else "" for code in column.codes]


@pytest.mark.parametrize(
    "heading",
    [
        "Company name",
        "Customer name",
        "Raison sociale",
        "Nom du client",
        "Organisation",
        "CustomerID",
        "customer_id",
        "accountId",
    ],
)
def test_headings_that_identify_customers(heading: str) -> None:
    assert panel(parse(sheet("MRR", f"{heading}|{MONTHS}\nAster|1|2")).ledger) == "2025-01: Aster 1 2"


def test_a_name_that_identifies_customers_is_said_once() -> None:
    parsed = parse(sheet("MRR", f"Company name|{MONTHS}\nAster|1|2\nBirch|1|1"))
    said = [str(decision.statement) for decision in parsed.decisions if decision.topic == "account"]
    assert said == ["No heading says Customer ID or Account ID, so “Company name” identifies the customers."]


def test_a_merged_cell_speaks_for_all_its_rows() -> None:
    grid = sheet("MRR", f"Customer|Product|{MONTHS}\nAster|A|1|2\n|B|10|20\nBirch|A|5|5")
    assert places(parse(grid).problems).startswith("missing_id A3")
    merged = parse(replace(grid, merges=(Area(1, 0, 3, 1),)))
    assert (panel(merged.ledger), merged.problems) == ("2025-01: Aster 11 22, Birch 5 5", [])


def test_a_merged_amount_is_not_repeated() -> None:
    grid = sheet("MRR", f"Customer|{MONTHS}\nAster|1|2\nBirch|1|2")
    assert panel(parse(replace(grid, merges=(Area(1, 1, 3, 2),))).ledger) == "2025-01: Aster 1 2, Birch 1 2"


def test_one_id_with_two_names_is_excluded() -> None:
    parsed = parse(sheet("MRR", f"Account ID|Name|{MONTHS}\nC1|Acme|1|1\nC1|Globex|9|0\nC2|Initech|5|5"))
    assert places(parsed.problems) == "id_two_names B2, id_two_names B3"
    assert panel(parsed.ledger) == "2025-01: C1* 10 1, C2 5 5"


@pytest.mark.parametrize("other", ["ACME", "Acme Ltd", "Acme, Inc.", ""])
def test_spellings_of_one_name_are_one_name(other: str) -> None:
    parsed = parse(sheet("MRR", f"Account ID|Name|{MONTHS}\nC1|Acme|1|1\nC1|{other}|9|0\nC2|Initech|5|5"))
    assert not [problem for problem in parsed.problems if problem.code == "id_two_names"]


def test_a_name_that_changes_once_is_a_renamed_account() -> None:
    rows = "C1|Acme|2025-01|1\nC1|Acme|2025-02|1\nC1|Globex|2025-03|1\nC2|Initech|2025-01|5"
    parsed = parse(sheet("MRR", f"Account ID|Name|Month|MRR\n{rows}"))
    assert places(parsed.problems) == "renamed B4"
    back = parse(sheet("MRR", f"Account ID|Name|Month|MRR\n{rows}\nC1|Acme|2025-04|1"))
    assert "id_two_names" in places(back.problems)


def test_rows_of_no_account_are_left_out_with_their_mrr() -> None:
    parsed = parse(sheet("MRR", f"Customer|Region|{MONTHS}\nAster|North|1|2\n|South|10|20\n|West|5|\nBirch|North|3|3"))
    assert parsed.ledger.coverage.left_out_rows == 2
    assert parsed.ledger.coverage.left_out_mrr == (1500, 2000)
    assert panel(parsed.ledger) == "2025-01: Aster 1 2, Birch 3 3"


def test_the_account_above_may_be_meant_and_is_excluded_too() -> None:
    parsed = parse(sheet("MRR", f"Customer|Product|{MONTHS}\nAster|A|1|2\n|B|10|20\nBirch|A|3|3"))
    assert panel(parsed.ledger) == "2025-01: Aster* 1 2, Birch 3 3"


def test_columns_of_the_revenue_tab_are_segments() -> None:
    rows = "A|Big|x|1|2024-01-01d|1|1\nB|Small|y|2|2024-02-01d|1|1\nC|Big|x|3|2024-03-01d|1|1"
    parsed = parse(sheet("MRR", f"Customer|Segment|Team|Score|Signed|{MONTHS}\n{rows}"))
    assert (segment(parsed, "segment"), segment(parsed, "team")) == (["Big", "Small", "Big"], ["x", "y", "x"])
    assert set(parsed.ledger.columns) == {"segment", "team"}


def test_a_column_of_customers_with_the_same_heading_comes_first() -> None:
    parsed = parse(
        sheet("MRR", f"Account ID|Team|{MONTHS}\nA|x|1|1\nB|y|1|1"),
        sheet("Customers", "Account ID|Name|Team\nA|Acme|z\nB|Bolt|z"),
    )
    assert segment(parsed, "team") == ["z", "z"]


def test_a_value_that_differs_between_rows_is_a_problem() -> None:
    rows = "\n".join(f"A{number}|{'x' if number % 2 else 'y'}|1|1" for number in range(6))
    parsed = parse(sheet("MRR", f"Account ID|Team|{MONTHS}\n{rows}\nA0|x|2|2"))
    assert places(parsed.problems) == "segment_varies B8"
    assert segment(parsed, "team")[:2] == ["", "x"]


def test_a_value_that_changes_from_one_month_on_has_a_history() -> None:
    rows = "A|x|2025-01|1\nA|y|2025-02|1\nB|x|2025-01|1\nB|x|2025-02|1"
    parsed = parse(sheet("MRR", f"Account ID|Team|Month|MRR\n{rows}"))
    column = parsed.ledger.columns["team"]
    first, last = parsed.ledger.first, parsed.ledger.last
    assert [column.values[code] for code in column.codes_at(first)] == ["x", "x"]
    assert [column.values[code] for code in column.codes_at(last)] == ["y", "x"]


@pytest.mark.parametrize("date", ["2026-11-10d", "46336", "46336.0"])
def test_a_date_among_texts_was_a_text(date: str) -> None:
    """Google gives a date as a number."""
    parsed = parse(
        sheet("MRR", f"Account ID|{MONTHS}\nA|1|1\nB|1|1\nC|1|1"),
        sheet("Customers", f"Account ID|Name|Employees\nA|Acme|1-10\nB|Bolt|{date}\nC|Cee|51-200"),
    )
    (problem,) = [problem for problem in parsed.problems if problem.tab == "Customers"]
    assert (problem.code, problem.cell, problem.values["text"]) == ("segment_unreadable", "C3", "11-50 / 10-11 / 11-10")
    assert segment(parsed, "employees") == ["1-10", "", "51-200"]


def test_a_number_that_is_no_date_is_a_segment() -> None:
    parsed = parse(
        sheet("MRR", f"Account ID|{MONTHS}\nA|1|1\nB|1|1\nC|1|1"),
        sheet("Customers", "Account ID|Name|Employees|Code\nA|Acme|1-10|46336\nB|Bolt|500|46336\nC|Cee|51-200|x"),
    )
    assert not [problem for problem in parsed.problems if problem.code == "segment_unreadable"]
    assert segment(parsed, "employees") == ["1-10", "500", "51-200"]
    assert segment(parsed, "code") == ["46336", "46336", "x"]


def test_a_tab_by_name_and_one_by_id_are_joined_by_the_names() -> None:
    parsed = parse(
        sheet("MRR", f"Customer|{MONTHS}\nAcme Ltd|1|1\nBolt|2|2\nZeta|3|3"),
        sheet("Customers", "Account ID|Name|Region\nC1|ACME|North\nC2|Bolt|South\nC3|Cee|West"),
    )
    assert panel(parsed.ledger) == "2025-01: C1 1 1, C2 2 2, C3 0 0, Zeta 3 3"
    assert [problem.account for problem in parsed.problems if problem.code == "unknown_account"] == ["Zeta"]
    said = [str(decision.statement) for decision in parsed.decisions if "by their names" in str(decision.statement)]
    assert [text[:100] for text in said] == [
        "2 accounts are found in the tab “Customers” without their IDs: 2 by their names, 0 by e-mail address"
    ]


def test_e_mail_addresses_are_joined_by_their_domain() -> None:
    parsed = parse(
        sheet("MRR", f"Customer|{MONTHS}\npay@acme.example|1|1\nann@gmail.com|2|2"),
        sheet("Customers", "Account ID|Name|Website\nC1|ACME|https://www.acme.example/fr\nC2|Bolt|gmail.com"),
    )
    assert panel(parsed.ledger) == "2025-01: C1 1 1, C2 0 0, ann@gmail.com 2 2"


CRM = "Company|Website|Segment\nAcme|acme.example|Big\nBolt|bolt.example|Small\nBolt FR|bolt.example|Small\nCee||Big"


def test_addresses_of_one_domain_are_people_of_one_customer() -> None:
    mails = f"Billing email|{MONTHS}\nann@acme.example|1|\nbob@acme.example||2"
    parsed = parse(sheet("MRR", mails), sheet("CRM", CRM))
    assert panel(parsed.ledger) == "2025-01: Acme 1 2, Bolt 0 0, Bolt FR 0 0, Cee 0 0"
    assert segment(parsed, "segment") == ["Big", "Small", "Small", "Big"]


def test_what_is_not_sure_is_proposed_and_not_joined() -> None:
    mails = f"Billing email|{MONTHS}\nann@bolt.example|1|1\nbob@bolt.example|2|2\nann@cee.example|3|3\nx@gmail.com|4|4"
    parsed = parse(sheet("MRR", mails), sheet("CRM", CRM))
    paying = "ann@bolt.example 1 1, bob@bolt.example 2 2, ann@cee.example 3 3, x@gmail.com 4 4"
    assert panel(parsed.ledger) == f"2025-01: Acme 0 0, Bolt 0 0, Bolt FR 0 0, Cee 0 0, {paying}"
    statements = {str(decision.statement): decision.is_doubted for decision in parsed.decisions}
    proposal = (
        "3 accounts may be customers of the tab “CRM”, and are not joined, as nothing is sure: "
        "ann@bolt.example = Bolt / Bolt FR; bob@bolt.example = Bolt / Bolt FR; ann@cee.example = Cee. Say so in the "
        "tab Aliases where they are."
    )
    assert statements[proposal] is False
    doubt = "E-mail addresses of one domain count as different customers: ann@bolt.example, bob@bolt.example."
    assert [text.startswith(doubt) for text, is_doubted in statements.items() if is_doubted] == [True]
    aliases = "Account ID|Same as\nann@bolt.example|Bolt\nbob@bolt.example|Bolt\nann@cee.example|Cee"
    settled = parse(sheet("MRR", mails), sheet("CRM", CRM), sheet("Aliases", aliases))
    assert panel(settled.ledger) == "2025-01: Acme 0 0, Bolt 3 3, Bolt FR 0 0, Cee 3 3, x@gmail.com 4 4"
    assert not [decision for decision in settled.decisions if "Aliases" in str(decision.statement)]


def test_the_names_and_addresses_of_ids_join_them() -> None:
    parsed = parse(
        sheet("MRR", f"Customer ID|Name|Email|{MONTHS}\n7|Acme SAS|x@gmail.com|1|1\n8|B.|pay@bolt.example|2|2"),
        sheet("CRM", "Company|Website|Segment\nACME|acme.example|Big\nBolt|bolt.example|Small"),
    )
    assert panel(parsed.ledger) == "2025-01: ACME 1 1, Bolt 2 2"


def test_one_name_in_another_spelling_is_joined_where_the_others_are_the_same() -> None:
    parsed = parse(
        sheet("MRR", f"Customer|{MONTHS}\nAcme SAS|1|1\nBolt|2|2\nBOLT Ltd|3|3"),
        sheet("Customers", "Company|Region\nAcme|North\nBolt|South"),
    )
    assert panel(parsed.ledger) == "2025-01: Acme 1 1, Bolt 2 2, BOLT Ltd 3 3"


def test_a_list_of_people_is_no_tab_of_accounts() -> None:
    people = "Name|Email|Phone\nAnn|ann@acme.example|1\nBob|bob@acme.example|2"
    parsed = parse(sheet("MRR", f"Customer|{MONTHS}\nAcme|1|1"), sheet("People", people))
    assert panel(parsed.ledger) == "2025-01: Acme 1 1"


def test_a_name_of_two_customers_joins_nothing() -> None:
    parsed = parse(
        sheet("MRR", f"Customer|{MONTHS}\nAcme|1|1"),
        sheet("Customers", "Account ID|Name|Region\nC1|Acme|North\nC2|Acme|South"),
    )
    assert panel(parsed.ledger) == "2025-01: C1 0 0, C2 0 0, Acme 1 1"


def test_a_revenue_tab_without_an_account_joins_nothing() -> None:
    with pytest.raises(WorkbookLayoutError, match="no readable month"):
        parse(
            sheet("Subscriptions", "Customer|Start date|End date|MRR\n|2025-01-01||5"),
            sheet("Customers", "Account ID|Name|Region\nC1|Acme|North"),
        )


REMARKS = [
    ("Notes", ["Call in May", "Wants SSO", ""]),
    ("Commentaires", ["à rappeler", "", "paie en retard"]),
    ("Next move", ["Send the new contract to their legal team", "Ask about the seats of the London office", ""]),
    ("Website", ["aster.example", "https://birch.example", "www.cedar.example"]),
    ("Subscription ID", ["s-1", "s-2", "s-3"]),
]


@pytest.mark.parametrize(("heading", "texts"), REMARKS, ids=[heading for heading, _ in REMARKS])
def test_remarks_addresses_and_ids_are_no_segments(heading: str, texts: list[str]) -> None:
    names = ("Aster", "Birch", "Cedar")
    rows = [f"{name}|{text}|Blue|1|2" for name, text in zip(names, texts, strict=True)]
    parsed = parse(sheet("MRR", "\n".join([f"Customer|{heading}|Team|{MONTHS}", *rows])))
    assert set(parsed.ledger.columns) == {"team"}
    attributes = "\n".join([f"Account ID|{heading}|Team|Industry", *(row.rsplit("|", 2)[0] + "|Food" for row in rows)])
    revenue = sheet("MRR", "\n".join([f"Account ID|{MONTHS}", *(f"{name}|1|2" for name in names)]))
    assert set(parse(revenue, sheet("Customers", attributes)).ledger.columns) == {"team", "industry"}


def test_a_remark_that_is_repeated_is_a_segment() -> None:
    parsed = parse(sheet("MRR", f"Customer|Notes|{MONTHS}\nAster|VIP|1|2\nBirch|VIP|1|1\nCedar||1|1"))
    assert segment(parsed, "notes") == ["VIP", "VIP", ""]


def test_numbers_in_a_text_file_are_no_segment() -> None:
    parsed = parse(sheet("MRR", f"Customer|Tax|Team|{MONTHS}\nAster|'20.0|Blue|1|2\nBirch|'20.0|Red|1|1"))
    assert set(parsed.ledger.columns) == {"team"}
