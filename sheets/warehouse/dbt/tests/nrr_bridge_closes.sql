-- Rows whose bridge does not close: the MRR at the start and what was won and lost make the MRR at the end. Excluded
-- accounts have no bridge.
SELECT *
FROM {{ ref('nrr_cube') }}
WHERE excluded = '' AND (
    starting + expansion - contraction - churn <> ending
    OR retained + churned <> base
    OR expanded + contracted > retained
    OR start_squares < starting
)
