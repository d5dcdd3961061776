"""The tab NRR Ask: its questions, their answers, and the links to their accounts."""
