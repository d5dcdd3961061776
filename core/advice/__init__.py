"""The assessment of twelve months, the warning signs of accounts, and the suggestions of levers."""
