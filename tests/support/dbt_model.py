"""The model of the dbt package: the SELECT of a warehouse, with the names and settings of a project as variables."""

from __future__ import annotations

import re

from core.months import Month
from sheets.warehouse.statement import Statement
from sheets.warehouse.tables import DIALECTS, Dialect, Tables

# Numbers that no other part of the text has, for the variables that are numbers.
_FIRST, _THROUGH, _LOW, _HIGH = 77_777_771, 77_777_772, 77_777_773, 77_777_774
_COLUMN = "any_dimension"
_DERIVED = ("size", "tenure")
_TYPES = ("amount", "rate", "sum")

_HEAD = """\
{#- Written by the tests from the query of nrrbot (pytest --update-golden): do not edit. -#}
{{ config(materialized='table') }}
{%- set dimensions = var('nrr_dimensions') -%}
{%- set columns = dimensions | reject('in', ['size', 'tenure']) | list -%}
{%- if dimensions | length > 4 -%}
{{ exceptions.raise_compiler_error('nrr_dimensions has more than four dimensions') }}
{%- endif -%}
"""


def write_model() -> str:
    """Return the text of the model `nrr_cube`."""
    statement = Statement(
        Tables(
            _read_view("mrr"),
            _read_view("accounts"),
            _read_view("fx"),
            _read_view("history"),
            _read_view("aliases"),
            has_consumers=True,
        ),
        '{{ var("nrr_reporting") }}',
        Month(_FIRST),
        Month(_THROUGH),
        {None: (_LOW, _HIGH)},
        Dialect("{{ amount_type }}", "{{ rate_type }}", "{{ sum_type }}"),
    )
    text = statement.sum_windows((_COLUMN, *_DERIVED))
    for number, expression in (
        (_FIRST, "nrr_month('nrr_first')"),
        (_THROUGH, "nrr_month('nrr_through')"),
        (_LOW, "var('nrr_mid_market_from')"),
        (_HIGH, "var('nrr_mid_market_to')"),
    ):
        text = text.replace(str(number), f"{{{{ {expression} }}}}")
    return f"{_HEAD}{_set_types()}{_repeat_dimensions(text)}\n"


def _read_view(name: str) -> str:
    return f"{{{{ nrr_view('{name}') }}}}"


def _set_types() -> str:
    """Return the types, which one engine spells differently."""
    spelled = {getattr(dialect, name) for dialect in DIALECTS.values() for name in _TYPES}
    assert spelled == {getattr(Dialect(), name) for name in _TYPES} | {"BIGNUMERIC"}
    return "".join(
        f"{{%- set {name}_type = 'BIGNUMERIC' if target.type == 'bigquery' else '{getattr(Dialect(), name)}' -%}}\n"
        for name in _TYPES
    )


def _repeat_dimensions(text: str) -> str:
    """Return the text with its one column for each dimension of the project, and with its sizes and tenures if asked.

    Each of them follows a comma.
    """
    every = f", d_{_COLUMN}" + "".join(f", d_{name}" for name in _DERIVED)
    text = text.replace(every, "{% for name in dimensions %}, d_{{ name }}{% endfor %}")
    text = re.sub(rf",\n( +[^\n]*{_COLUMN}[^\n]*?)(?=,?\n)", r"{% for name in columns %},\n\1{% endfor %}", text)
    text = re.sub(rf"(, d_{_COLUMN})(?= FROM)", r"{% for name in columns %}\1{% endfor %}", text)
    for name in _DERIVED:
        text, count = re.subn(
            rf",\n( +CASE (?:(?!,\n).)*? AS d_{name})(?=[,\n])",
            rf"{{% if '{name}' in dimensions %}},\n\1{{% endif %}}",
            text,
            flags=re.DOTALL,
        )
        assert count == 1, name
    return text.replace(_COLUMN, "{{ name }}")
