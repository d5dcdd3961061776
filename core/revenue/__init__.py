"""MRR and ARR at a close, churn, the card of one account."""
