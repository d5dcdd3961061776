"""The messages about MRR, ARR and churn."""
