"""Answers, digests and problems as Block Kit and as plain text. Built here, sent elsewhere."""
