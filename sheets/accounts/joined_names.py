"""Two tabs that name customers differently: joined by the names, else by e-mail addresses and web domains."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sheets.accounts.customers import Customers
from sheets.cells.text import fold_heading, read_account_id, read_text
from sheets.checks.same_customer import normalise_names
from sheets.headers.headings import ADDRESS_NAMES
from sheets.tabs.tab_reader import TabReader

_DOMAIN = re.compile(r"(?:.*@|https?://)?(?:www\.)?([a-z0-9-]+(?:\.[a-z0-9-]+)+)(?:[/?#].*)?", re.IGNORECASE)
# Addresses of these say nothing about the customer.
_PROVIDERS = frozenset(
    {
        *("gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "yahoo.com", "icloud.com", "live.com", "gmx.de"),
        *("outlook.fr", "live.fr", "msn.com", "me.com", "aol.com", "gmx.net", "web.de", "proton.me", "protonmail.com"),
        *("orange.fr", "free.fr", "wanadoo.fr", "laposte.net", "sfr.fr", "yahoo.fr", "hotmail.fr", "bbox.fr"),
        *("hotmail.co.uk", "yahoo.co.uk", "btinternet.com"),
    }
)
_DIGIT = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class JoinedAccounts:
    """The accounts of the revenue tab that are customers under another ID.

    Attributes:
        by_name: account -> the ID of the customer with its name.
        by_address: account -> the ID of the customer with its e-mail address or domain.
        candidates: account -> the IDs of the customers that it may be, of which none is sure.
        shared_domains: domain -> the accounts with an address in it, two or more, that no customer joins.

    """

    by_name: Mapping[str, str] = field(default_factory=dict)
    by_address: Mapping[str, str] = field(default_factory=dict)
    candidates: Mapping[str, Sequence[str]] = field(default_factory=dict)
    shared_domains: Mapping[str, Sequence[str]] = field(default_factory=dict)


def join_accounts(revenue: TabReader, customers: Customers, reader: TabReader | None) -> JoinedAccounts:
    """Return the accounts of the revenue tab that are customers under another ID.

    A name joins one account and one customer. The domain of one customer joins all e-mail addresses in it, as these are
    people of the customer; of other accounts it joins one. What is not sure joins nothing.

    Args:
        revenue: the revenue tab.
        customers: the customers.
        reader: the Customers tab; None if the workbook has no such tab.

    """
    accounts = list(dict.fromkeys(filter(None, map(read_account_id, dict.fromkeys(revenue.cells_under("account_id"))))))
    known = set(customers.ids)
    unknown = [account for account in accounts if account not in known]
    if len(unknown) < len(accounts):
        # The IDs are the same, but for names in another spelling.
        unknown = [account for account in unknown if not _DIGIT.search(account)]
    if not unknown or reader is None:
        return JoinedAccounts(shared_domains=_list_shared_domains(unknown))
    own_texts = _list_texts(revenue, unknown)
    paying = known.intersection(accounts)
    names = _group(zip(normalise_names(customers.names), customers.ids, strict=True) if customers.ids else ())
    own_names = _group(
        pair
        for texts in own_texts.values()
        for pair in zip(normalise_names(texts.names), [texts.account] * len(texts.names), strict=True)
    )
    by_name, candidates = dict[str, str](), dict[str, Sequence[str]]()
    for key, members in own_names.items():
        matches = names.get(key, [])
        if len(members) == len(matches) == 1 and matches[0] not in paying:
            by_name.setdefault(members[0], matches[0])
        elif matches and not paying.intersection(matches):
            candidates |= dict.fromkeys(members, matches)
    matched_customers = {*by_name.values(), *paying}
    left = [texts for account, texts in own_texts.items() if account not in by_name]
    by_address, unsure = _join_by_address(left, _list_addresses(customers, reader), matched_customers)
    joined = {*by_name, *by_address}
    candidates = {**_suggest_names(left, names, joined, matched_customers), **unsure, **candidates}
    return JoinedAccounts(
        by_name,
        by_address,
        {account: matches for account, matches in candidates.items() if account not in joined},
        _list_shared_domains([account for account in unknown if account not in joined]),
    )


@dataclass(frozen=True, slots=True)
class _Texts:
    """An account of the revenue tab with its names and addresses, its ID among them."""

    account: str
    names: Sequence[str]
    addresses: Sequence[str]


def _list_texts(reader: TabReader, accounts: Sequence[str]) -> dict[str, _Texts]:
    """Return each account with the texts of its first row."""
    columns = _find_address_columns(reader)
    name_column = reader.header.columns.get("name")
    first_rows: dict[str, int] = {}
    if columns or name_column is not None:
        for row, cell in enumerate(reader.cells_under("account_id")):
            first_rows.setdefault(read_account_id(cell), row)
    texts = {}
    for account in accounts:
        first_row = first_rows.get(account)
        name, addresses = "", list[str]()
        if first_row is not None:
            name = "" if name_column is None else read_text(reader.cell_at(first_row, name_column))
            addresses = [read_text(reader.cell_at(first_row, column)) for column in columns]
        texts[account] = _Texts(account, list(dict.fromkeys(filter(None, (account, name)))), [account, *addresses])
    return texts


def _find_address_columns(reader: TabReader) -> list[int]:
    header = reader.header
    return [column for column in header.others if ADDRESS_NAMES.fullmatch(fold_heading(header.cells[column]))]


def _group(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Return key -> its different values; an empty key has none."""
    values: dict[str, dict[str, None]] = {}
    for key, value in pairs:
        if key:
            values.setdefault(key, {})[value] = None
    return {key: list(members) for key, members in values.items()}


def _list_addresses(customers: Customers, reader: TabReader) -> Iterator[tuple[str, str]]:
    """Yield the address and the ID of each customer with one."""
    known = set(customers.ids)
    ids = [read_account_id(cell) for cell in reader.cells_under("account_id")]
    for column in _find_address_columns(reader):
        for account, cell in zip(ids, reader.cells_in(column), strict=True):
            if account in known:
                yield read_text(cell), account


def _join_by_address(
    own_texts: Sequence[_Texts], addresses: Iterable[tuple[str, str]], matched_customers: set[str]
) -> tuple[dict[str, str], dict[str, Sequence[str]]]:
    """Return account -> its customer, and account -> the customers that it may be."""
    pairs = list(addresses)
    joined, candidates = dict[str, str](), dict[str, Sequence[str]]()
    for read in (_read_mail, read_domain):
        customers_of = _group((read(address), customer) for address, customer in pairs)
        accounts_of = _group((read(address), texts.account) for texts in own_texts for address in texts.addresses)
        for key, members in accounts_of.items():
            matches = customers_of.get(key, [])
            accounts = [account for account in members if account not in joined]
            are_people = all("@" in account for account in accounts)
            if len(matches) == 1 and matches[0] not in matched_customers and (are_people or len(accounts) == 1):
                joined |= dict.fromkeys(accounts, matches[0])
            elif matches and not matched_customers.intersection(matches):
                candidates |= dict.fromkeys(accounts, matches)
    return joined, candidates


def _suggest_names(
    own_texts: Sequence[_Texts], names: Mapping[str, Sequence[str]], joined: set[str], matched_customers: set[str]
) -> dict[str, Sequence[str]]:
    """Return account -> the customer whose name its domain may be: acme-foods.com and Acme Foods."""
    name_of = {re.sub(r"\W", "", name): matches for name, matches in names.items()}
    suggested = {}
    for texts in own_texts:
        domains = [domain.split(".")[0].replace("-", "") for domain in map(read_domain, texts.addresses) if domain]
        matches = next((name_of[domain] for domain in domains if domain in name_of), [])
        if matches and texts.account not in joined and not matched_customers.intersection(matches):
            suggested[texts.account] = matches
    return suggested


def _list_shared_domains(accounts: Sequence[str]) -> dict[str, Sequence[str]]:
    """Return domain -> its e-mail addresses, for accounts that are addresses, where a domain has several."""
    addresses = _group((read_domain(account), account) for account in accounts if "@" in account)
    return {domain: members for domain, members in addresses.items() if len(members) > 1}


def _read_mail(text: str) -> str:
    return text.strip().casefold() if "@" in text else ""


def read_domain(text: str) -> str:
    """Return the domain of an e-mail or web address; empty for another text, or the domain of a mail provider."""
    match = _DOMAIN.fullmatch(text.strip())
    domain = match[1].casefold() if match else ""
    return "" if domain in _PROVIDERS else domain
