{#- The model with the rows of `name`, or a query without rows where the project has none. -#}
{% macro nrr_view(name) -%}
{%- if var('nrr_' ~ name) -%}
{{ ref(var('nrr_' ~ name)) }}
{%- elif name == 'fx' -%}
(SELECT account_id AS currency, m, amount AS rate FROM {{ ref(var('nrr_mrr')) }} WHERE 1 = 0)
{%- elif name == 'history' -%}
(SELECT a.*, 0 AS from_m FROM {{ ref(var('nrr_accounts')) }} a WHERE 1 = 0)
{%- elif name == 'aliases' -%}
(SELECT account_id, account_id AS same_as FROM {{ ref(var('nrr_mrr')) }} WHERE 1 = 0)
{%- else -%}
{{ exceptions.raise_compiler_error('nrr_' ~ name ~ ' names no model') }}
{%- endif -%}
{%- endmacro %}
