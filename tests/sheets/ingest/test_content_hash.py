"""The content hash: every limit of a sheet makes another snapshot."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from core.ledger.columns import encode_values
from core.ledger.coverage import Coverage
from core.ledger.lines import Lines
from core.ledger.segments import SizeRules
from core.query.vocabulary import Filter
from sheets.ingest.content_hash import hash_content
from tests.support.generate import ledger_of


def test_every_limit_of_a_sheet_is_part_of_its_content() -> None:
    ledger = ledger_of("a 1", "a 1", "a 2")
    limits = (
        Coverage(),
        Coverage(unknown=frozenset([ledger.first + 1])),
        Coverage(can_leave=False),
        Coverage(left_out_rows=1),
        Coverage(left_out_rows=1, left_out_mrr=(5, 5, 5)),
    )
    hashes = {hash_content(replace(ledger, coverage=coverage), [], SizeRules()) for coverage in limits}
    assert len(hashes) == len(limits)


def test_the_dates_of_a_consumer_are_part_of_the_content() -> None:
    ledger = ledger_of("a 1", "a 1", "a 2")
    hashes = set()
    for month in (1, 2):
        flags = encode_values("", [], dated=[(0, ledger.first, "no"), (0, ledger.first + month, "yes")])
        accounts = replace(ledger.accounts, consumer_changes=flags.changes)
        hashes.add(hash_content(replace(ledger, accounts=accounts), [], SizeRules()))
    assert len(hashes) == 2


def test_the_words_of_a_workspace_are_part_of_the_content() -> None:
    ledger = ledger_of("a 1", "a 1", "a 2")
    meanings: tuple[dict[str, Filter], ...] = (
        {},
        {"pets": Filter("size", "SMB")},
        {"pets": Filter("size", "Enterprise")},
    )
    hashes = {hash_content(replace(ledger, workspace_words=words), [], SizeRules()) for words in meanings}
    assert len(hashes) == len(meanings)


def test_the_lines_of_accounts_are_part_of_the_content() -> None:
    ledger = ledger_of("a 1", "a 1", "a 2")
    ones = np.ones(1, dtype=np.int64)
    lines = Lines(("X",), np.zeros(1, dtype=np.intp), ones, ones, ones, ones, ones, ones)
    versions = (
        None,
        lines,
        replace(lines, product_names=("Y",)),
        replace(lines, quantities=2 * ones),
        replace(lines, quantities=None),
        replace(lines, list_amounts=2 * ones),
    )
    hashes = {hash_content(replace(ledger, lines=version), [], SizeRules()) for version in versions}
    assert len(hashes) == len(versions)
