"""MRR, ARR and churn."""
