"""Two tabs that name customers differently: joined by the names, else by the domains of e-mail or web addresses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from sheets.accounts.customers import Customers
from sheets.cells.text import fold_cell, read_text
from sheets.checks.same_customer import normalise_names
from sheets.tabs.tab_reader import TabReader

_ADDRESS_HEADINGS = frozenset(
    {
        *("email", "e mail", "mail", "domain", "website", "web site", "url", "billing email", "contact email"),
        *("courriel", "domaine", "site web", "site internet", "adresse e mail"),
    }
)
_DOMAIN = re.compile(r"(?:.*@|https?://)?(?:www\.)?([a-z0-9-]+(?:\.[a-z0-9-]+)+)(?:[/?#].*)?", re.IGNORECASE)
# Addresses of these say nothing about the customer.
_PROVIDERS = frozenset(
    {
        *("gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "yahoo.com", "icloud.com", "live.com", "gmx.de"),
        *("orange.fr", "free.fr", "wanadoo.fr", "laposte.net", "sfr.fr", "yahoo.fr", "hotmail.fr"),
    }
)


def join_accounts(accounts: Sequence[str], customers: Customers, reader: TabReader) -> dict[str, str]:
    """Return an account of the revenue tab -> the ID of its customer, where the two tabs have no ID in common.

    Only a name or domain that one account and one customer have joins them; all others stay as they are.

    Args:
        accounts: the accounts as the revenue tab names them.
        customers: the customers.
        reader: the Customers tab.

    """
    if not customers.ids or set(accounts) & set(customers.ids):
        return {}
    by_name = _match(zip(normalise_names(accounts), accounts, strict=True), _pair(customers.names, customers.ids))
    rest = [account for account in accounts if account not in by_name]
    domains = ((_read_domain(account), account) for account in rest)
    return by_name | _match(domains, _list_domains(customers, reader))


def _pair(names: Sequence[str], ids: Sequence[str]) -> Iterable[tuple[str, str]]:
    return zip(normalise_names(names), ids, strict=True) if names else ()


def _match(accounts: Iterable[tuple[str, str]], customers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return account -> customer for each key that one of either has; an empty key joins nothing."""
    one_account, one_customer = _find_unique(accounts), _find_unique(customers)
    return {account: one_customer[key] for key, account in one_account.items() if key in one_customer}


def _find_unique(pairs: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    values: dict[str, set[str]] = {}
    for key, value in pairs:
        if key:
            values.setdefault(key, set()).add(value)
    return {key: next(iter(members)) for key, members in values.items() if len(members) == 1}


def _list_domains(customers: Customers, reader: TabReader) -> Iterable[tuple[str, str]]:
    known = set(customers.ids)
    columns = [column for column in reader.header.others if fold_cell(reader.header.cells[column]) in _ADDRESS_HEADINGS]
    ids = [read_text(cell) for cell in reader.cells_under("account_id")]
    for column in columns:
        for account, cell in zip(ids, reader.cells_in(column), strict=True):
            if account in known:
                yield _read_domain(read_text(cell)), account


def _read_domain(text: str) -> str:
    """Return the domain of an e-mail or web address; empty for another text, or the domain of a mail provider."""
    match = _DOMAIN.fullmatch(text.strip())
    domain = match[1].casefold() if match else ""
    return "" if domain in _PROVIDERS else domain
