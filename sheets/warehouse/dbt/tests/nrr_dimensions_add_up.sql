-- The newest windows in which the values do not add up to the accounts that pay: one is lost, or counted twice. Some of
-- the excluded accounts pay.
WITH paying AS (
    SELECT DISTINCT CASE WHEN COALESCE(x.same_as, '') = '' THEN COALESCE(r.account_id, '') ELSE x.same_as END AS account_id, r.m AS m
    FROM {{ nrr_view('mrr') }} r LEFT JOIN {{ nrr_view('aliases') }} x ON x.account_id = r.account_id
    WHERE r.amount > 0
),
summed AS (
    SELECT months, start_m, SUM(base + new_accounts + reactivated_accounts) AS accounts,
        SUM(CASE WHEN excluded = '' THEN base + new_accounts + reactivated_accounts ELSE 0 END) AS least
    FROM {{ ref('nrr_cube') }}
    WHERE start_m + months = (SELECT MAX(start_m + months) FROM {{ ref('nrr_cube') }})
    GROUP BY months, start_m
),
counted AS (
    SELECT s.months AS months, s.start_m AS start_m, COUNT(DISTINCT p.account_id) AS accounts
    FROM summed s JOIN paying p ON p.m = s.start_m OR p.m = s.start_m + s.months
    GROUP BY s.months, s.start_m
)
SELECT s.months, s.start_m, s.least AS counted_accounts, s.accounts AS accounts_of_the_cube, c.accounts AS accounts_that_pay
FROM summed s JOIN counted c ON c.months = s.months AND c.start_m = s.start_m
WHERE c.accounts < s.least OR c.accounts > s.accounts
