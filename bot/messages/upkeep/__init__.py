"""Messages about the upkeep of nrrbot: its jobs, what is stored, customers to be forgotten."""
