"""The content of snapshots: ledgers, figures and problems as parts that snapshots share."""
