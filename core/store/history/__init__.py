"""The history of a workbook: recorded figures, past facts, pruning, seals."""
