"""One customer under two account IDs: IDs that differ in their spelling only, and IDs with one name.

The checks read the finished ledger, change nothing in it, and report warnings only.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence

import numpy as np

from core.ledger.ledger import Ledger
from sheets.checks.account_cells import AccountCells

# The codes of pairs.
SAME_CUSTOMER = frozenset({"spelling_account", "same_name", "implausible_rename", "implausible_spelling"})
# More IDs than this under one name are intended: sites, or people with a common name.
_NAMESAKES = 3

_LEADING_ZEROS = re.compile(r"(?<![0-9])0+(?=[0-9])")
_BETWEEN_DIGITS = re.compile(r"(?<=[0-9])[^\w\n]+(?=[0-9])|(?<=[0-9])_+(?=[0-9])")
_MARKS = re.compile(r"[^\w\n-]+|_+|(?<![0-9])-+|-+(?![0-9])")
# IDs made by a program may differ in case only: 0015g00000AbCdE of Salesforce.
_MACHINE = re.compile(r"(?=.*[a-z])(?=.*[A-Z])(?=.*[0-9])[A-Za-z0-9]{15,}")
_STOPS = re.compile(r"[.'’]")
_SIGNS = re.compile(r"[^\w\n]+|_+")
_FORMS = (
    "ab|ag|ltd|limited|inc|incorporated|llc|llp|lp|plc|corp|corporation|co|company|gmbh|kg|ug|sa|sas|sasu|sarl|eurl|sci|snc|"
    "scop|nv|bv|bvba|srl|spa|sl|slu|oy|oyj|as|asa|aps|pty|pte"
)
_FORM = re.compile(rf"^(?:(?:sa|sas|sasu|sarl|eurl|sci|snc) )+(?=\S)|(?<=\S)(?: (?:{_FORMS}))+$", re.MULTILINE)


def report_same_customers(ledger: Ledger, cells: AccountCells, known_ids: Collection[str]) -> None:
    """Report the accounts that may be one customer: by the spelling of their IDs, else by their names.

    Args:
        ledger: the ledger.
        cells: the cells of the accounts.
        known_ids: the accounts of the Customers tab.

    """
    reported = _report_spellings(ledger, cells, known_ids)
    _report_shared_names(ledger, cells, known_ids, reported)


def _report_spellings(ledger: Ledger, cells: AccountCells, known_ids: Collection[str]) -> set[frozenset[int]]:
    """Report IDs that differ in their spelling only; return the pairs."""
    pairs = set()
    for group in _group_alike(normalise_ids(ledger.accounts.ids)):
        main, *variants = _sort_by_history(ledger, group, known_ids)
        for variant in variants:
            if not _are_machine_ids(ledger.accounts.ids[main], ledger.accounts.ids[variant]):
                pairs.add(frozenset((main, variant)))
                _report_pair("spelling_account", ledger, cells, main, variant)
    return pairs


def _sort_by_history(ledger: Ledger, accounts: Sequence[int], known_ids: Collection[str]) -> list[int]:
    """Return accounts of one customer, the one to keep first: it is in Customers, then it has most months with MRR.

    The others become its aliases: a spelling that slipped in once never replaces the usual one. Accounts that never
    have MRR in the same month are a customer that was renamed, and the latest name is kept.
    """
    has_mrr = ledger.panel[:, accounts] > 0
    is_renamed = bool((np.count_nonzero(has_mrr, axis=1) < 2).all())
    weights = np.argmax(has_mrr, axis=0) if is_renamed else np.count_nonzero(has_mrr, axis=0)
    weight_of = dict(zip(accounts, weights.tolist(), strict=True))
    return sorted(
        accounts,
        key=lambda account: (ledger.accounts.ids[account] not in known_ids, -weight_of[account], account),
    )


def _report_shared_names(
    ledger: Ledger, cells: AccountCells, known_ids: Collection[str], reported: set[frozenset[int]]
) -> None:
    """Report companies with one name under two or three IDs, unless their spelling has been reported."""
    for group in _group_alike(normalise_names(ledger.accounts.names)):
        if len(group) > _NAMESAKES or ledger.accounts.consumer[group].any():
            continue
        first, *others = _sort_by_history(ledger, group, known_ids)
        for other in others:
            if frozenset((first, other)) not in reported and not _are_machine_ids(
                ledger.accounts.names[first], ledger.accounts.names[other]
            ):
                _report_pair("same_name", ledger, cells, first, other)


def _are_machine_ids(one: str, other: str) -> bool:
    """Tell whether a program made both IDs; such IDs of two accounts may differ in case only."""
    return bool(_MACHINE.fullmatch(one) and _MACHINE.fullmatch(other))


def _report_pair(code: str, ledger: Ledger, cells: AccountCells, first: int, other: int) -> None:
    """Report two accounts that may be one customer.

    If both have MRR, every figure is doubted: never in the same month, they count as one lost and one new customer. In
    the same months they count as two; so may two customers with IDs and one name, such as the sites of a company.
    """
    ids, names = ledger.accounts.ids, ledger.accounts.names
    has_mrr = ledger.panel[:, [first, other]] > 0
    months = np.count_nonzero(has_mrr.all(axis=1))
    is_name = any(ids[account] == names[account] for account in (first, other))
    if has_mrr.any(axis=0).all():
        if not months:
            code = "implausible_rename"
        elif code == "spelling_account" or is_name:
            code = "implausible_spelling"
    cells.report(code, other, account=ids[other], other=ids[first], months=str(months))


def _group_alike(keys: Sequence[str]) -> Iterator[list[int]]:
    """Yield the groups of two accounts or more with the same key; an empty key makes no group."""
    groups: dict[str, list[int]] = {}
    for account, key in enumerate(keys):
        groups.setdefault(key, []).append(account)
    return (group for key, group in groups.items() if key and len(group) > 1)


def normalise_ids(ids: Sequence[str]) -> list[str]:
    """Return each ID without case, accents, spaces, punctuation and leading zeros: "A-0042" and "a 42" are "a42".

    A mark between two digits stays, as 1-23 is not 12-3.
    """
    # All at once: one pass of an expression over the joined IDs is several times faster than one pass over each.
    joined = _LEADING_ZEROS.sub("", _strip_accents(ids))
    return _MARKS.sub("", _BETWEEN_DIGITS.sub("-", joined)).split("\n")


def normalise_names(names: Sequence[str]) -> list[str]:
    """Return each name without case, accents, punctuation and legal form: "ACME Ltd." is "acme"; a short one is ""."""
    if not names:
        return []
    joined = _SIGNS.sub(" ", _STOPS.sub("", _strip_accents(names)))
    stripped = (name.strip() for name in joined.split("\n"))
    plain = _FORM.sub("", "\n".join(stripped)).split("\n")
    return [name if len(name) > 2 else "" for name in plain]


def _strip_accents(texts: Sequence[str]) -> str:
    joined = "\n".join(texts).casefold()
    if joined.isascii():
        return joined
    # Decomposed, an accent is a character by itself, which can be removed.
    decomposed = unicodedata.normalize("NFKD", joined)
    return re.sub(r"[\u0300-\u036f]", "", decomposed)
