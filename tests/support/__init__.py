"""Helpers of the tests: generators, oracles, samples, loopback servers."""
