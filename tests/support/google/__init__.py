"""A loopback Google: the Sheets and Drive APIs, held to the official schema."""
