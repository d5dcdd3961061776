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
    SELECT account_id, m, CAST(amount AS BIGINT) AS amount FROM level WHERE amount > 0 AND m IN (24290, 24293)
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
),
listed AS (
    SELECT t.account_id AS account_id,
        COUNT(*) AS copies,
        MIN(t.consumer) AS consumer,
        MIN(t.region) AS region,
        MIN(t.plan) AS plan
    FROM accounts t GROUP BY t.account_id
),
party AS (
    SELECT g.account_id AS account_id,
        g.since_m AS since_m,
        g.most AS most,
        COALESCE(c.consumer, 0) AS consumer,
        CASE WHEN COALESCE(TRIM(c.region), '') = '' THEN 'Unassigned' ELSE TRIM(c.region) END AS d_region,
        CASE WHEN COALESCE(TRIM(c.plan), '') = '' THEN 'Unassigned' ELSE TRIM(c.plan) END AS d_plan,
        CASE
            WHEN TRIM(g.account_id) = '' THEN 'id_missing'
            WHEN g.least < 0 THEN 'negative'
            WHEN COALESCE(c.copies, 0) > 1 THEN 'account_twice'
            ELSE ''
        END AS excluded
    FROM life g
        LEFT JOIN listed c ON c.account_id = g.account_id
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
        a.d_plan AS d_plan
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
        f.d_plan AS d_plan,
        CASE WHEN f.consumer = 1 THEN 'Consumer' WHEN f.s > 0 AND f.s < 83334 OR f.s = 0 AND f.e < 83334 THEN 'SMB'
            WHEN f.s > 0 AND f.s <= 833333 OR f.s = 0 AND f.e <= 833333 THEN 'Mid-Market' ELSE 'Enterprise' END AS d_size
    FROM fact f
),
named AS (
    SELECT account_id, s, e, since_m, d_region, d_plan,
        CASE
            WHEN s = 0 AND since_m > start_m THEN 'new'
            WHEN s = 0 THEN 'reactivation'
            WHEN e > s THEN 'expansion'
            WHEN e = 0 THEN 'churn'
            WHEN e < s THEN 'contraction'
            ELSE 'unchanged'
        END AS kind,
        CASE WHEN s = 0 OR since_m <= 24288 THEN 2 ELSE CASE WHEN start_m - since_m >= 12 THEN 2 WHEN start_m - since_m >= 3 THEN 1 ELSE 0 END END AS age,
        CASE WHEN s >= 83334 THEN 1 ELSE 0 END AS amount
    FROM cut WHERE excluded = '' AND (s >= 1000 OR unpriced <> '' OR excluded = 'no_account') AND (ABS(e - s) < 500 OR unpriced <> '' OR excluded = 'no_account') AND d_region IN ('Côte d''Or', 'Jura') AND d_size NOT IN ('SMB')
),
largest AS (
    SELECT * FROM (SELECT * FROM named WHERE kind = 'expansion' ORDER BY e - s DESC, account_id LIMIT 20) g0
    UNION ALL
    SELECT * FROM (SELECT * FROM named WHERE kind = 'contraction' ORDER BY s - e DESC, account_id LIMIT 20) g1
    UNION ALL
    SELECT * FROM (SELECT * FROM named WHERE kind = 'churn' ORDER BY s DESC, account_id LIMIT 20) g2
    UNION ALL
    SELECT * FROM (SELECT * FROM named WHERE kind = 'new' ORDER BY e DESC, account_id LIMIT 20) g3
    UNION ALL
    SELECT * FROM (SELECT * FROM named WHERE kind = 'reactivation' ORDER BY e DESC, account_id LIMIT 20) g4
    UNION ALL
    SELECT * FROM (SELECT * FROM named WHERE s > 0 ORDER BY s DESC, account_id LIMIT 20) g5
    UNION ALL
    SELECT * FROM (SELECT * FROM named WHERE s > 0 AND e > 0 ORDER BY e DESC, account_id LIMIT 20) g6
)
SELECT 0 AS counted, g.account_id AS name, g.s AS s, g.e AS e, g.since_m AS since_m,
    MAX(COALESCE(b.m, 0)) AS paid_m, g.d_region, g.d_plan
FROM largest g
    LEFT JOIN (
        SELECT account_id, m FROM level WHERE amount > 0 AND m < 24293
    ) b ON b.account_id = g.account_id
GROUP BY g.account_id, g.s, g.e, g.since_m, g.d_region, g.d_plan
UNION ALL
SELECT CAST(COUNT(*) AS BIGINT), kind, SUM(s), SUM(e), age, amount, '', ''
FROM named GROUP BY kind, age, amount
