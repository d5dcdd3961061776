"""Messages that are sent unasked: digests, alerts and notices of failures, each once."""
