"""Where figures come from: one port, which the ledger of a sheet and the tables of a warehouse answer alike."""
