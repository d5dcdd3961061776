-- Cells that have two rows.
SELECT months, start_m, excluded, unpriced{% for name in var('nrr_dimensions') %}, d_{{ name }}{% endfor %}
FROM {{ ref('nrr_cube') }}
GROUP BY months, start_m, excluded, unpriced{% for name in var('nrr_dimensions') %}, d_{{ name }}{% endfor %}
HAVING COUNT(*) > 1
