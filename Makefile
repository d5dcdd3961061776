# Everything runs in .venv, made from the locked requirements. `make` alone lists the targets.

PYTHON ?= python3
BIN    := .venv/bin
READY  := .venv/.ready
TOOLS  := .venv/.tools
# Where the quick tests are: no process, no server, no workbook of many cells.
QUICK  := tests/core tests/sheets/cells tests/sheets/tabs tests/bot/messages tests/test_rooms.py tests/test_style.py
# The programs that some tests start, each with the Debian package that has it.
PROGRAMS := soffice:libreoffice-calc-nogui node:nodejs chromium:chromium cc:build-essential pdftotext:poppler-utils pg_createcluster:postgresql
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help demo fast fix programs test slow lint bench lock sbom sample messages docs clean

# List the targets.
help:
	@awk '/^# /{c=substr($$0,3)} /^[a-z]+:/{split($$1,t,":"); if (c) printf "make %-9s %s\n", t[1], c; c=""}' Makefile

# Make the environment: the locked packages that run, each checked against its hash, then nrrbot itself.
$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "nrrbot needs Python 3.11 or newer. Name one: make PYTHON=python3.12 ..." >&2; exit 1; }
	@echo "Making .venv (once, about 20 seconds) ..." >&2
	@rm -rf .venv
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install -qq --require-hashes --requirement requirements.lock
	@$(BIN)/python -m pip install -qq --no-deps --no-build-isolation --editable .
	@touch $@

# Add the locked packages that check, test and measure.
$(TOOLS): requirements-dev.lock $(READY)
	@echo "Adding what tests to .venv (once, about half a minute) ..." >&2
	@$(BIN)/python -m pip install -qq --require-hashes --requirement requirements-dev.lock
	@touch $@

# Run the main job on the sample workbook: sync, an answer, the write-back, the weekly digest.
demo: $(READY)
	@$(BIN)/nrrbot demo

# Check style and run the quick tests, in under a minute: the loop while working.
fast: $(TOOLS)
	$(BIN)/ruff check --quiet .
	$(BIN)/python -m pytest -q -n auto -m "not slow and not installed" --ignore tests/core/store --ignore tests/core/query/intents $(QUICK)

# Repair style: what ruff can fix, and the format.
fix: $(TOOLS)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Find the programs that some tests start; as root on Debian install those that are missing.
programs:
	@missing=; for program in $(PROGRAMS); do \
	  command -v $${program%:*} >/dev/null || missing="$$missing $${program#*:}"; \
	done; \
	[ -n "$$missing" ] || exit 0; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "Installing$$missing (once, about half a minute) ..." >&2; \
	  apt-get update -qq; \
	  DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $$missing >/dev/null && exit 0; \
	fi; \
	echo "Some tests are skipped without these Debian packages:$$missing" >&2

# Check style, types and contracts, and run every test but the slow ones.
test: lint programs
	$(BIN)/python -m pytest -n auto -m "not slow"

# Run the slow tests: kills, simulations, large books, the installed package.
slow: $(TOOLS) programs
	$(BIN)/python -m pytest -n auto -m slow

# Check style, types and the direction of imports.
lint: $(TOOLS)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Measure speed and memory next to DuckDB and pandas; prints a table.
bench: $(TOOLS)
	$(BIN)/python -m tests.bench

# Write both lock files anew from pyproject.toml (needs uv).
lock:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate --extra build pyproject.toml --output-file requirements.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate --extra build --extra dev --extra pdf --extra warehouse --constraint requirements.lock pyproject.toml --output-file requirements-dev.lock

# List the locked packages that run in sbom.cdx.json, for scanners (CycloneDX).
sbom: $(TOOLS)
	$(BIN)/python -m tests.support.sbom > sbom.cdx.json

# Write the sample workbook anew.
sample: $(READY)
	$(BIN)/python -m sheets.templates.sample

# Rewrite the golden messages after a change that was meant.
messages: $(TOOLS)
	$(BIN)/python -m pytest -q tests/bot/messages --update-golden

# Rewrite the parts of README and docs that are made from the code and the sample.
docs: $(TOOLS)
	$(BIN)/python -m tests.support.doc_parts

# Remove what was made.
clean:
	rm -rf .venv build demo sbom.cdx.json *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
