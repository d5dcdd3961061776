WITH entry AS (
    SELECT COALESCE(r.account_id, '') AS account_id, r.m AS m, CAST(r.amount AS DECIMAL(38, 0)) AS part
    FROM mrr r
    WHERE r.m <= 24311
),
level AS (
    SELECT account_id, m, SUM(part) AS amount, MIN(part) AS lowest FROM entry GROUP BY account_id, m
),
known_month AS (SELECT m FROM level WHERE m >= 24288 GROUP BY m),
base AS (
    SELECT account_id, m, CAST(amount AS BIGINT) AS amount FROM level WHERE amount > 0 AND m >= 24288
),
life AS (
    SELECT account_id, MIN(CASE WHEN amount > 0 THEN m ELSE 9999999 END) AS since_m,
        MIN(CASE WHEN amount > 0 AND m >= 24288 THEN m ELSE 9999999 END) AS first_m,
        MAX(CASE WHEN amount > 0 THEN m ELSE 0 END) AS last_m, MIN(lowest) AS least,
        CAST(MAX(CASE WHEN amount > 0 AND m >= 24288 THEN amount ELSE 0 END) AS BIGINT) AS most
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
        MIN(t.consumer) AS consumer,
        MIN(t.region) AS region
    FROM accounts t GROUP BY t.account_id
),
party AS (
    SELECT g.account_id AS account_id,
        g.since_m AS since_m,
        g.most AS most,
        COALESCE(c.consumer, 0) AS consumer,
        CASE WHEN COALESCE(TRIM(c.region), '') = '' THEN 'Unassigned' ELSE TRIM(c.region) END AS d_region,
        CASE
            WHEN TRIM(g.account_id) = '' THEN 'id_missing'
            WHEN g.least < 0 THEN 'negative'
            WHEN COALESCE(c.copies, 0) > 1 THEN 'account_twice'
            ELSE ''
        END AS excluded
    FROM life g
        LEFT JOIN listed c ON c.account_id = g.account_id
),
left_out AS (SELECT account_id FROM party WHERE excluded <> ''),
left_out_base AS (
    SELECT account_id, m, amount FROM base WHERE account_id IN (SELECT account_id FROM left_out)
),
pair AS (
    SELECT b.account_id AS account_id, w.months AS months, w.start_m AS start_m,
        b.amount AS s,
        COALESCE(f.amount, 0) AS e,
        COALESCE(f.amount, 0) AS n
    FROM base b JOIN win w ON w.start_m = b.m
        LEFT JOIN base f ON f.account_id = b.account_id AND f.m = w.end_m
    UNION ALL
    SELECT b.account_id, w.months, w.start_m, 0,
        b.amount,
        b.amount
    FROM base b JOIN win w ON w.end_m = b.m
        LEFT JOIN base f ON f.account_id = b.account_id AND f.m = w.start_m
    WHERE COALESCE(f.amount, 0) = 0
    UNION ALL
    SELECT a.account_id, w.months, w.start_m, 0, 0, 0
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
        a.since_m AS since_m,
        a.excluded AS excluded,
        '' AS unpriced,
        a.consumer AS consumer,
        a.d_region AS d_region,
        a.most AS most
    FROM pair p
        JOIN party a ON a.account_id = p.account_id
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
        f.most AS most,
        f.d_region AS d_region,
        CASE WHEN f.consumer = 1 THEN 'Consumer' WHEN f.s > 0 AND f.s < 83334 OR f.s = 0 AND f.e < 83334 THEN 'SMB'
            WHEN f.s > 0 AND f.s <= 833333 OR f.s = 0 AND f.e <= 833333 THEN 'Mid-Market' ELSE 'Enterprise' END AS d_size
    FROM fact f
)
SELECT months, start_m, excluded, unpriced, d_region, d_size,
    CAST(SUM(s) AS BIGINT) AS starting,
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
    SUM(CAST(s AS DECIMAL(38, 0)) * CAST(s AS DECIMAL(38, 0))) AS start_squares,
    SUM(CAST(s AS DECIMAL(38, 0)) * CAST(e AS DECIMAL(38, 0))) AS products,
    SUM(CASE WHEN s > 0 THEN CAST(e AS DECIMAL(38, 0)) * CAST(e AS DECIMAL(38, 0)) ELSE 0 END) AS end_squares
FROM cut GROUP BY months, start_m, excluded, unpriced, d_region, d_size
