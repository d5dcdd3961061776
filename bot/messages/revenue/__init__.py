"""The messages about MRR, ARR, churn and one account."""
