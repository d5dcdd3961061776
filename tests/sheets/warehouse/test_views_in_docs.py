"""The SQL of docs/warehouse-views.md: from tables as billing systems export them to the views that nrrbot reads."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from core.months import Month, Window
from sheets.warehouse.source import WarehouseSource
from sheets.warehouse.statement import Statement
from sheets.warehouse.tables import Tables

PAGE = Path(__file__).parents[3] / "docs" / "warehouse-views.md"
RAW = {
    "Stripe": """
        CREATE TABLE customers (id VARCHAR, currency VARCHAR, metadata_industry VARCHAR, address_country VARCHAR);
        INSERT INTO customers VALUES ('a', 'eur', 'Energy', 'FR'), ('b', 'eur', NULL, 'DE'), ('c', 'eur', '', ''),
            ('d', 'eur', 'Retail', 'FR');
        CREATE TABLE prices (id VARCHAR, unit_amount BIGINT, recurring_interval VARCHAR, recurring_interval_count INT);
        INSERT INTO prices VALUES ('old', 10000, 'month', 1), ('new', 36000, 'month', 3), ('yearly', 120007, 'year', 1),
            ('weekly', 1000, 'week', 1), ('setup', 99000, NULL, NULL);
        CREATE TABLE subscriptions (id VARCHAR, customer_id VARCHAR, status VARCHAR, start_date TIMESTAMP,
            trial_end TIMESTAMP, ended_at TIMESTAMP, discount_percent_off INT);
        INSERT INTO subscriptions VALUES ('1', 'a', 'active', '2023-03-10', NULL, NULL, NULL),
            ('2', 'b', 'canceled', '2023-05-01', NULL, '2024-02-29 12:00:00', 10),
            ('3', 'c', 'trialing', '2023-05-01', '2033-01-01', NULL, NULL),
            ('4', 'd', 'past_due', '2023-05-01', '2023-06-15', NULL, NULL);
        CREATE TABLE subscription_items (subscription_id VARCHAR, price_id VARCHAR, quantity INT, valid_from TIMESTAMP,
            valid_to TIMESTAMP);
        INSERT INTO subscription_items VALUES ('1', 'old', 2, '2023-03-10', '2024-01-15'),
            ('1', 'new', 2, '2024-01-15', NULL), ('1', 'setup', 1, '2023-03-10', NULL),
            ('2', 'yearly', 1, '2023-05-01', NULL), ('3', 'old', 1, '2023-05-01', NULL),
            ('4', 'weekly', 1, '2023-05-01', NULL);
    """,
    "Chargebee": """
        CREATE TABLE customers (id VARCHAR, cf_industry VARCHAR, billing_country VARCHAR);
        INSERT INTO customers VALUES ('a', 'Energy', 'FR'), ('b', NULL, 'DE'), ('c', '', ''), ('d', 'Retail', 'FR');
        CREATE TABLE subscriptions (id VARCHAR, customer_id VARCHAR, status VARCHAR, started_at TIMESTAMP,
            trial_end TIMESTAMP, cancelled_at TIMESTAMP, currency_code VARCHAR, billing_period INT,
            billing_period_unit VARCHAR);
        INSERT INTO subscriptions VALUES ('1', 'a', 'active', '2023-03-10', NULL, NULL, 'EUR', 1, 'month'),
            ('2', 'b', 'cancelled', '2023-05-01', NULL, '2024-02-29 12:00:00', 'EUR', 1, 'year'),
            ('3', 'c', 'in_trial', '2023-05-01', '2033-01-01', NULL, 'EUR', 1, 'month'),
            ('4', 'd', 'non_renewing', '2023-05-01', '2023-06-15', NULL, 'EUR', 1, 'week');
        CREATE TABLE subscription_items (subscription_id VARCHAR, item_type VARCHAR, amount BIGINT,
            valid_from TIMESTAMP, valid_to TIMESTAMP);
        INSERT INTO subscription_items VALUES ('1', 'plan', 20000, '2023-03-10', '2024-01-15'),
            ('1', 'plan', 20000, '2024-01-15', NULL), ('1', 'addon', 4000, '2024-01-15', NULL),
            ('1', 'charge', 99000, '2023-03-10', NULL), ('2', 'plan', 108006, '2023-05-01', NULL),
            ('3', 'plan', 10000, '2023-05-01', NULL), ('4', 'plan', 1000, '2023-05-01', NULL);
    """,
    "Values that changed, and rates": """
        CREATE TABLE customers_snapshot (id VARCHAR, industry VARCHAR, country VARCHAR, dbt_valid_from TIMESTAMP,
            dbt_valid_to TIMESTAMP);
        INSERT INTO customers_snapshot VALUES ('a', 'Energy', 'FR', '2023-03-10', '2023-09-04'),
            ('a', 'Energie', 'FR', '2023-09-04', '2023-09-05'), ('a', 'Retail', 'FR', '2023-09-05', NULL);
        CREATE TABLE rates (currency VARCHAR, day DATE, price DECIMAL(18, 8), decimals INT);
        INSERT INTO rates VALUES ('JPY', '2023-09-28', 0.0070, 0), ('JPY', '2023-09-29', 0.0061, 0),
            ('USD', '2023-09-29', 0.9455, 2), ('KWD', '2023-09-30', 3.013, 3);
    """,
}


def open_views(section: str) -> Any:
    text = re.split(r"^## ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    [body] = (part for part in text if part.startswith(f"{section}\n"))
    [sql] = re.findall(r"^```sql\n(.*?)^```$", body, re.DOTALL | re.MULTILINE)
    database = duckdb.connect()
    database.execute(RAW[section])
    database.execute(sql)
    return database


@pytest.mark.parametrize("section", ["Stripe", "Chargebee"])
def test_the_figures_of_subscriptions(section: str) -> None:
    database = open_views(section)
    start = Month.of(2023, 12)
    statement = Statement(Tables(has_consumers=True), "EUR", start, start + 12)
    source = WarehouseSource(statement, lambda text: database.execute(text).fetchall())
    cube = source.cube(("industry", "country"), start, start + 12)
    bridges = {
        value: bridge
        for _, value, bridge in cube.select(lambda window, _: window == Window(start, start + 12))
        if bridge.starting
    }
    # "b" pays 108,006.30 or 108,006 cents a year, and ends at noon of the last day of February.
    whole = bridges[None]
    assert (whole.starting, whole.expansion, whole.churn) == (20_000 + 9_001 + 4_333, 4_000, 9_001)
    assert {value: bridge.starting for value, bridge in bridges.items()} == {
        None: 33_334, "Unassigned": 9_001, "Energy": 20_000, "Retail": 4_333, "FR": 24_333, "DE": 9_001,
    }  # fmt: skip
    [leaves] = (bridge for _, value, bridge in cube if value == "DE" and bridge.churn and bridge.window.months == 1)
    assert leaves.window.end == Month.of(2024, 2)
    begins = dict(database.execute("SELECT account_id, MIN(m) FROM mrr GROUP BY account_id").fetchall())
    assert begins == {"a": 24278, "b": 24280, "d": 24281}


def test_values_that_changed_and_rates() -> None:
    database = open_views("Values that changed, and rates")
    history = database.execute("SELECT account_id, from_m, industry FROM history ORDER BY from_m").fetchall()
    assert history == [("a", 24278, "Energy"), ("a", 24284, "Retail")]
    rates = database.execute("SELECT currency, m, rate FROM fx ORDER BY currency").fetchall()
    assert rates == [
        ("JPY", 24284, Decimal("0.61")), ("KWD", 24284, Decimal("0.3013")), ("USD", 24284, Decimal("0.9455")),
    ]  # fmt: skip
