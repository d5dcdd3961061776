-- Rows whose bridge does not close: the MRR at the start and what was won and lost make the MRR at the end. Accounts
-- without a rate have no bridge.
SELECT *
FROM {{ ref('nrr_cube') }}
WHERE unpriced = '' AND (
    starting + expansion - contraction - churn <> ending
    OR retained + churned <> base
    OR expanded + contracted > retained
    OR start_squares < starting
)
