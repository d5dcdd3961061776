{#- The number of the month of a variable, 12 x year + month - 1; that of the month that ended last for "". -#}
{% macro nrr_month(variable) -%}
{%- if var(variable) -%}
{%- set year, month = var(variable).split('-') -%}
{{ 12 * year | int + month | int - 1 }}
{%- else -%}
{{ 12 * run_started_at.year + run_started_at.month - 2 }}
{%- endif -%}
{%- endmacro %}
