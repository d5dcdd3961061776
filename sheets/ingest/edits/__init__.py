"""From changed rows to a ledger: edited amounts of a plain tab, without reading the other rows again."""
