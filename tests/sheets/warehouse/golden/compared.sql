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
    SELECT account_id, m, CAST(amount AS BIGINT) AS amount FROM level WHERE amount > 0 AND m IN (24290, 24293, 24296)
),
life AS (
    SELECT account_id, MIN(CASE WHEN amount > 0 THEN m ELSE 9999999 END) AS since_m,
        MIN(CASE WHEN amount > 0 AND m >= 24288 THEN m ELSE 9999999 END) AS first_m,
        MAX(CASE WHEN amount > 0 THEN m ELSE 0 END) AS last_m, MIN(lowest) AS least,
        CAST(MAX(CASE WHEN amount > 0 AND m >= 24288 THEN amount ELSE 0 END) AS BIGINT) AS most
    FROM level GROUP BY account_id
),
win AS (
    SELECT 3 AS months, a.m AS start_m, b.m AS end_m
    FROM known_month a JOIN known_month b ON b.m = a.m + 3
    WHERE a.m = 24290
    UNION ALL
    SELECT 3 AS months, a.m AS start_m, b.m AS end_m
    FROM known_month a JOIN known_month b ON b.m = a.m + 3
    WHERE a.m = 24293
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
        a.d_region AS d_region
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
        f.d_region AS d_region,
        CASE WHEN f.consumer = 1 THEN 'Consumer' WHEN f.s > 0 AND f.s < 83334 OR f.s = 0 AND f.e < 83334 THEN 'SMB'
            WHEN f.s > 0 AND f.s <= 833333 OR f.s = 0 AND f.e <= 833333 THEN 'Mid-Market' ELSE 'Enterprise' END AS d_size
    FROM fact f
),
side AS (
    SELECT account_id,
        SUM(CASE WHEN excluded = '' AND months = 3 AND start_m = 24290 AND d_region IN ('Jura') THEN s ELSE 0 END) AS s0,
        SUM(CASE WHEN excluded = '' AND months = 3 AND start_m = 24290 AND d_region IN ('Jura') THEN e ELSE 0 END) AS e0,
        SUM(CASE WHEN excluded = '' AND months = 3 AND start_m = 24293 AND d_size NOT IN ('SMB') THEN s ELSE 0 END) AS s1,
        SUM(CASE WHEN excluded = '' AND months = 3 AND start_m = 24293 AND d_size NOT IN ('SMB') THEN e ELSE 0 END) AS e1,
        MAX(CASE WHEN excluded <> '' AND (months = 3 AND start_m = 24290 AND d_region IN ('Jura') OR months = 3 AND start_m = 24293 AND d_size NOT IN ('SMB')) THEN 1 ELSE 0 END) AS left_out
    FROM cut WHERE s > 0 OR excluded <> '' GROUP BY account_id
),
part AS (
    SELECT account_id, left_out, s0, e0, s1, e1,
        CAST(CASE WHEN e0 < s0 THEN e0 - s0 ELSE 0 END AS DECIMAL(38, 0)) * CAST(1603000 AS DECIMAL(38, 0)) AS part0,
        CAST(CASE WHEN e1 < s1 THEN e1 - s1 ELSE 0 END AS DECIMAL(38, 0)) * CAST(5924000 AS DECIMAL(38, 0)) AS part1,
        CASE WHEN s0 > 0 AND e0 = 0 THEN 1 ELSE 0 END AS left0,
        CASE WHEN s1 > 0 AND e1 = 0 THEN 1 ELSE 0 END AS left1
    FROM side
),
gap AS (
    SELECT account_id, left_out, s0, e0, s1, e1, ABS(part0 - part1) AS amount,
        CASE WHEN part0 <> part1 OR left0 <> left1 THEN 1 ELSE 0 END AS explains
    FROM part
)
SELECT * FROM (
    SELECT account_id AS name, 0 AS is_whole, 1 AS explaining, 0 AS left_out, s0, e0, s1, e1
    FROM gap WHERE explains = 1 ORDER BY amount DESC, account_id LIMIT 20
) named
UNION ALL
SELECT '', 1, CAST(COALESCE(SUM(explains), 0) AS BIGINT), CAST(COALESCE(SUM(left_out), 0) AS BIGINT),
    COALESCE(SUM(s0), 0), COALESCE(SUM(e0), 0), COALESCE(SUM(s1), 0), COALESCE(SUM(e1), 0)
FROM gap
