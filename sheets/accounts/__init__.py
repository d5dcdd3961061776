"""Who an account is: its ID and name, its segments and facts, its currency, its aliases."""
