{#- Written by the tests from the query of nrrbot (pytest --update-golden): do not edit. -#}
{{ config(materialized='table') }}
{%- set dimensions = var('nrr_dimensions') -%}
{%- set columns = dimensions | reject('in', ['size', 'tenure']) | list -%}
{%- if dimensions | length > 4 -%}
{{ exceptions.raise_compiler_error('nrr_dimensions has more than four dimensions') }}
{%- endif -%}
{%- set amount_type = 'BIGNUMERIC' if target.type == 'bigquery' else 'DECIMAL(19, 0)' -%}
{%- set rate_type = 'BIGNUMERIC' if target.type == 'bigquery' else 'DECIMAL(18, 10)' -%}
{%- set sum_type = 'BIGNUMERIC' if target.type == 'bigquery' else 'DECIMAL(38, 0)' -%}
WITH entry AS (
    SELECT CASE WHEN COALESCE(x.same_as, '') = '' THEN COALESCE(r.account_id, '') ELSE x.same_as END AS account_id, r.m AS m, CAST(r.amount AS {{ sum_type }}) AS part
    FROM {{ nrr_view('mrr') }} r
        LEFT JOIN (SELECT t.account_id AS account_id, MIN(t.same_as) AS same_as FROM {{ nrr_view('aliases') }} t GROUP BY t.account_id) x ON x.account_id = r.account_id
    WHERE r.m <= {{ nrr_month('nrr_through') }}
),
level AS (
    SELECT account_id, m, SUM(part) AS amount, MIN(part) AS lowest FROM entry GROUP BY account_id, m
),
known_month AS (SELECT m FROM level WHERE m >= {{ nrr_month('nrr_first') }} GROUP BY m),
base AS (
    SELECT account_id, m, CAST(amount AS BIGINT) AS amount FROM level WHERE amount > 0 AND m >= {{ nrr_month('nrr_first') }}
),
life AS (
    SELECT account_id, MIN(CASE WHEN amount > 0 THEN m ELSE 9999999 END) AS since_m,
        MIN(CASE WHEN amount > 0 AND m >= {{ nrr_month('nrr_first') }} THEN m ELSE 9999999 END) AS first_m,
        MAX(CASE WHEN amount > 0 THEN m ELSE 0 END) AS last_m, MIN(lowest) AS least,
        CAST(MAX(CASE WHEN amount > 0 AND m >= {{ nrr_month('nrr_first') }} THEN amount ELSE 0 END) AS BIGINT) AS most
    FROM level GROUP BY account_id
),
span AS (SELECT 1 AS months UNION ALL SELECT 3 UNION ALL SELECT 12),
win AS (
    SELECT x.months AS months, a.m AS start_m, b.m AS end_m
    FROM span x CROSS JOIN known_month a JOIN known_month b ON b.m = a.m + x.months
),
listed AS (
    SELECT t.account_id AS account_id,
        COUNT(*) AS copies,
        MIN(t.consumer) AS consumer{% for name in columns %},
        MIN(t.{{ name }}) AS {{ name }}{% endfor %},
        MIN(UPPER(TRIM(t.currency))) AS currency
    FROM {{ nrr_view('accounts') }} t GROUP BY t.account_id
),
dating AS (
    SELECT t.account_id AS account_id,
        t.from_m AS from_m,
        COUNT(*) AS copies,
        MIN(t.consumer) AS consumer{% for name in columns %},
        MIN(t.{{ name }}) AS {{ name }}{% endfor %}
    FROM {{ nrr_view('history') }} t GROUP BY t.account_id, t.from_m
),
dated AS (
    SELECT account_id, MIN(from_m) AS first_m, MAX(copies) AS most FROM dating GROUP BY account_id
),
opening AS (
    SELECT c.currency AS currency, MIN(g.first_m) AS first_m, MAX(g.last_m) AS last_m
    FROM life g JOIN listed c ON c.account_id = g.account_id
    WHERE COALESCE(c.currency, '') <> '' AND g.first_m < 9999999 GROUP BY c.currency
),
rate AS (
    SELECT UPPER(TRIM(t.currency)) AS currency, t.m AS m, MIN(CAST(t.rate AS {{ rate_type }})) AS rate
    FROM {{ nrr_view('fx') }} t WHERE UPPER(TRIM(t.currency)) <> '{{ var("nrr_reporting") }}' GROUP BY UPPER(TRIM(t.currency)), t.m
),
price AS (
    SELECT o.currency AS currency, k.m AS m,
        CASE
            WHEN o.currency = '{{ var("nrr_reporting") }}' THEN CAST(1 AS {{ rate_type }})
            WHEN COALESCE(f.rate, CAST(0 AS {{ rate_type }})) > 0 THEN f.rate
            WHEN k.m < o.first_m THEN COALESCE(g.rate, CAST(0 AS {{ rate_type }}))
            ELSE CAST(0 AS {{ rate_type }})
        END AS rate,
        CASE WHEN k.m >= o.first_m AND k.m <= o.last_m THEN 1 ELSE 0 END AS needed
    FROM opening o CROSS JOIN known_month k
        LEFT JOIN rate f ON f.currency = o.currency AND f.m = k.m
        LEFT JOIN rate g ON g.currency = o.currency AND g.m = o.first_m
),
lacking AS (
    SELECT currency, MIN(m) AS first_m FROM price WHERE needed = 1 AND rate = 0 GROUP BY currency
),
party AS (
    SELECT g.account_id AS account_id,
        g.since_m AS since_m,
        g.most AS most,
        COALESCE(c.consumer, 0) AS consumer{% for name in columns %},
        CASE WHEN COALESCE(TRIM(c.{{ name }}), '') = '' THEN 'Unassigned' ELSE TRIM(c.{{ name }}) END AS d_{{ name }}{% endfor %},
        COALESCE(d.most, 0) AS versions,
        COALESCE(c.currency, '') AS currency,
        CASE WHEN COALESCE(k.first_m, 0) > 0 AND g.last_m >= k.first_m THEN c.currency ELSE '' END AS unpriced,
        CASE
            WHEN TRIM(g.account_id) = '' THEN 'id_missing'
            WHEN g.least < 0 THEN 'negative'
            WHEN COALESCE(c.copies, 0) > 1 THEN 'account_twice'
            WHEN COALESCE(d.most, 0) > 1 THEN 'history_twice'
            WHEN COALESCE(c.currency, '') = '' THEN 'no_account'
            WHEN COALESCE(k.first_m, 0) > 0 AND g.last_m >= k.first_m THEN 'fx_missing'
            ELSE ''
        END AS excluded
    FROM life g
        LEFT JOIN listed c ON c.account_id = g.account_id
        LEFT JOIN dated d ON d.account_id = g.account_id
        LEFT JOIN lacking k ON k.currency = c.currency
),
version AS (
    SELECT account_id, 0 AS from_m, 9999999 AS to_m, consumer{% for name in columns %}, d_{{ name }}{% endfor %} FROM party WHERE versions = 0
    UNION ALL
    SELECT h.account_id, CASE WHEN h.from_m = MIN(g.first_m) THEN 0 ELSE h.from_m END,
        MIN(CASE WHEN t.from_m > h.from_m THEN t.from_m ELSE 9999999 END),
        COALESCE(MIN(h.consumer), 0) AS consumer{% for name in columns %},
        CASE WHEN COALESCE(TRIM(MIN(h.{{ name }})), '') = '' THEN 'Unassigned' ELSE TRIM(MIN(h.{{ name }})) END AS d_{{ name }}{% endfor %}
    FROM dating h JOIN dated g ON g.account_id = h.account_id JOIN dating t ON t.account_id = h.account_id
    GROUP BY h.account_id, h.from_m
),
priced AS (
    SELECT b.account_id AS account_id,
        b.m AS m,
        b.amount AS amount,
        c.currency AS currency,
        COALESCE(r.rate, CAST(0 AS {{ rate_type }})) AS rate,
        CASE
            WHEN COALESCE(r.rate, CAST(0 AS {{ rate_type }})) = 1 THEN b.amount
            WHEN b.amount > 0 AND COALESCE(r.rate, CAST(0 AS {{ rate_type }})) > 0 AND CAST(ROUND(CAST(b.amount AS {{ amount_type }}) * COALESCE(r.rate, CAST(0 AS {{ rate_type }})), 0) AS BIGINT) < 1 THEN 1
            ELSE CAST(ROUND(CAST(b.amount AS {{ amount_type }}) * COALESCE(r.rate, CAST(0 AS {{ rate_type }})), 0) AS BIGINT)
        END AS own
    FROM base b
        LEFT JOIN listed c ON c.account_id = b.account_id
        LEFT JOIN price r ON r.currency = c.currency AND r.m = b.m
),
left_out AS (SELECT account_id FROM party WHERE excluded <> ''),
left_out_base AS (
    SELECT account_id, m, amount FROM base WHERE account_id IN (SELECT account_id FROM left_out)
),
pair AS (
    SELECT b.account_id AS account_id, w.months AS months, w.start_m AS start_m,
        b.own AS s,
        CASE
            WHEN b.rate = 1 THEN COALESCE(f.amount, 0)
            WHEN COALESCE(f.amount, 0) > 0 AND b.rate > 0 AND CAST(ROUND(CAST(COALESCE(f.amount, 0) AS {{ amount_type }}) * b.rate, 0) AS BIGINT) < 1 THEN 1
            ELSE CAST(ROUND(CAST(COALESCE(f.amount, 0) AS {{ amount_type }}) * b.rate, 0) AS BIGINT)
        END AS e,
        COALESCE(f.own, 0) AS n,
        b.amount AS own
    FROM priced b JOIN win w ON w.start_m = b.m
        LEFT JOIN priced f ON f.account_id = b.account_id AND f.m = w.end_m
    UNION ALL
    SELECT b.account_id, w.months, w.start_m, 0,
        CASE
            WHEN COALESCE(r.rate, CAST(0 AS {{ rate_type }})) = 1 THEN b.amount
            WHEN b.amount > 0 AND COALESCE(r.rate, CAST(0 AS {{ rate_type }})) > 0 AND CAST(ROUND(CAST(b.amount AS {{ amount_type }}) * COALESCE(r.rate, CAST(0 AS {{ rate_type }})), 0) AS BIGINT) < 1 THEN 1
            ELSE CAST(ROUND(CAST(b.amount AS {{ amount_type }}) * COALESCE(r.rate, CAST(0 AS {{ rate_type }})), 0) AS BIGINT)
        END,
        b.own,
        0
    FROM priced b JOIN win w ON w.end_m = b.m
        LEFT JOIN priced f ON f.account_id = b.account_id AND f.m = w.start_m
        LEFT JOIN price r ON r.currency = b.currency AND r.m = w.start_m
    WHERE COALESCE(f.amount, 0) = 0
    UNION ALL
    SELECT a.account_id, w.months, w.start_m, 0, 0, 0, 0
    FROM left_out a CROSS JOIN win w
        LEFT JOIN left_out_base b ON b.account_id = a.account_id AND b.m = w.start_m
        LEFT JOIN left_out_base f ON f.account_id = a.account_id AND f.m = w.end_m
    WHERE COALESCE(b.amount, 0) = 0 AND COALESCE(f.amount, 0) = 0
),
fact AS (
    SELECT p.account_id AS account_id,
        p.months AS months,
        p.start_m AS start_m,
        p.s AS s,
        p.e AS e,
        p.n AS n,
        p.own AS own,
        a.since_m AS since_m,
        a.excluded AS excluded,
        a.unpriced AS unpriced,
        v.consumer AS consumer{% for name in columns %},
        v.d_{{ name }} AS d_{{ name }}{% endfor %},
        CASE WHEN a.excluded = '' THEN 0 ELSE CASE
            WHEN COALESCE(q.rate, CAST(0 AS {{ rate_type }})) = 1 THEN a.most
            WHEN a.most > 0 AND COALESCE(q.rate, CAST(0 AS {{ rate_type }})) > 0 AND CAST(ROUND(CAST(a.most AS {{ amount_type }}) * COALESCE(q.rate, CAST(0 AS {{ rate_type }})), 0) AS BIGINT) < 1 THEN 1
            ELSE CAST(ROUND(CAST(a.most AS {{ amount_type }}) * COALESCE(q.rate, CAST(0 AS {{ rate_type }})), 0) AS BIGINT)
        END END AS most
    FROM pair p
        JOIN party a ON a.account_id = p.account_id
        LEFT JOIN price q ON q.currency = CASE WHEN a.excluded = '' THEN '' ELSE a.currency END AND q.m = p.start_m
        JOIN version v ON v.account_id = p.account_id
    WHERE p.start_m >= v.from_m AND p.start_m < v.to_m
),
cut AS (
    SELECT f.account_id AS account_id,
        f.months AS months,
        f.start_m AS start_m,
        f.since_m AS since_m,
        f.excluded AS excluded,
        f.unpriced AS unpriced,
        f.s AS s,
        f.e AS e,
        f.n AS n,
        f.own AS own,
        f.most AS most{% for name in columns %},
        f.d_{{ name }} AS d_{{ name }}{% endfor %}{% if 'size' in dimensions %},
        CASE WHEN f.consumer = 1 THEN 'Consumer' WHEN f.s > 0 AND f.s < {{ var('nrr_mid_market_from') }} OR f.s = 0 AND f.e < {{ var('nrr_mid_market_from') }} THEN 'SMB'
            WHEN f.s > 0 AND f.s <= {{ var('nrr_mid_market_to') }} OR f.s = 0 AND f.e <= {{ var('nrr_mid_market_to') }} THEN 'Mid-Market' ELSE 'Enterprise' END AS d_size{% endif %}{% if 'tenure' in dimensions %},
        CASE WHEN f.start_m - f.since_m >= 36 THEN 'Over 3 years' WHEN f.start_m - f.since_m >= 24 THEN '2-3 years' WHEN f.start_m - f.since_m >= 12 THEN '1-2 years' ELSE 'Under 1 year' END AS d_tenure{% endif %}
    FROM fact f
)
SELECT months, start_m, excluded, unpriced{% for name in dimensions %}, d_{{ name }}{% endfor %},
    CAST(SUM(CASE WHEN unpriced = '' THEN s ELSE own END) AS BIGINT) AS starting,
    CAST(SUM(CASE WHEN s > 0 AND e > s THEN e - s ELSE 0 END) AS BIGINT) AS expansion,
    CAST(SUM(CASE WHEN e > 0 AND e < s THEN s - e ELSE 0 END) AS BIGINT) AS contraction,
    CAST(SUM(CASE WHEN e = 0 THEN s ELSE 0 END) AS BIGINT) AS churn,
    CAST(SUM(CASE WHEN excluded <> '' THEN most ELSE CASE WHEN s > 0 THEN e ELSE 0 END END) AS BIGINT) AS ending,
    CAST(SUM(CASE WHEN s = 0 AND since_m > start_m THEN e ELSE 0 END) AS BIGINT) AS new_mrr,
    CAST(SUM(CASE WHEN s = 0 AND since_m <= start_m THEN e ELSE 0 END) AS BIGINT) AS reactivated,
    CAST(SUM(n - e) AS BIGINT) AS fx_effect,
    CAST(SUM(CASE WHEN s > 0 THEN 1 ELSE 0 END) AS BIGINT) AS base,
    CAST(SUM(CASE WHEN s > 0 AND e > s THEN 1 ELSE 0 END) AS BIGINT) AS expanded,
    CAST(SUM(CASE WHEN e > 0 AND e < s THEN 1 ELSE 0 END) AS BIGINT) AS contracted,
    CAST(SUM(CASE WHEN s > 0 AND e = 0 THEN 1 ELSE 0 END) AS BIGINT) AS churned,
    CAST(SUM(CASE WHEN s > 0 AND e > 0 THEN 1 ELSE 0 END) AS BIGINT) AS retained,
    CAST(SUM(CASE WHEN s = 0 AND since_m > start_m THEN 1 ELSE 0 END) AS BIGINT) AS new_accounts,
    CAST(SUM(CASE WHEN s = 0 AND since_m <= start_m THEN 1 ELSE 0 END) AS BIGINT) AS reactivated_accounts,
    SUM(CAST(s AS {{ sum_type }}) * CAST(s AS {{ sum_type }})) AS start_squares,
    SUM(CAST(s AS {{ sum_type }}) * CAST(e AS {{ sum_type }})) AS products,
    SUM(CASE WHEN s > 0 THEN CAST(e AS {{ sum_type }}) * CAST(e AS {{ sum_type }}) ELSE 0 END) AS end_squares
FROM cut GROUP BY months, start_m, excluded, unpriced{% for name in dimensions %}, d_{{ name }}{% endfor %}
