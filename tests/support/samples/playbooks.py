"""A playbook file with one benchmark."""

from __future__ import annotations

# A file of one's own.
ONE_BENCHMARK = """
[[benchmarks]]
set = "{name}"
metric = "{metric}"
ranges = {{ Consumer = [50, 60], SMB = [60, 70], Mid-Market = [70, 80], Enterprise = [80, 90] }}
unit = "percent"
window = "annual"
year = 2026
sample.en = "12 peers"
sample.fr = "12 pairs"
source.en = "Our association"
source.fr = "Notre association"
trust.en = "Known by name."
trust.fr = "Connus nommément."
"""
