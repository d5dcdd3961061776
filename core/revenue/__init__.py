"""MRR, ARR and churn: of the company, and of one account."""
