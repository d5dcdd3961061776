"""A question and a ledger to figures, as values."""
