"""The currency of an account: mixed currencies are reported once."""

from __future__ import annotations

from tests.support.notation import options, places, read, sheet


def test_mixed_currencies_are_reported_once_per_account() -> None:
    written = "Account ID|Start|Amount|Currency\na|2025-01-01d|1|EUR\na|2025-01-01d|2|USD\na|2025-01-01d|3|GBP"
    _, problems = read(sheet("Subscriptions", written), how=options(""))
    assert places(problems) == "currency_mixed D3"
