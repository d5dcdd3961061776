# Everything runs in .venv, made from the locked requirements. `make` alone lists the targets.

PYTHON ?= python3
BIN    := .venv/bin
READY  := .venv/.ready
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help demo test lint bench lock sample messages docs clean

# List the targets.
help:
	@awk '/^# /{c=substr($$0,3)} /^[a-z]+:/{split($$1,t,":"); if (c) printf "make %-9s %s\n", t[1], c; c=""}' Makefile

# Make the environment: the locked packages, each checked against its hash, then nrrbot itself.
$(READY): requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "nrrbot needs Python 3.11 or newer. Name one: make PYTHON=python3.12 ..." >&2; exit 1; }
	@echo "Making .venv (once, about half a minute) ..." >&2
	@rm -rf .venv
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install -qq --require-hashes --requirement requirements-dev.lock
	@$(BIN)/python -m pip install -qq --no-deps --no-build-isolation --editable .
	@touch $@

# Run the main job on the sample workbook: sync, an answer, the write-back, the weekly digest.
demo: $(READY)
	@$(BIN)/nrrbot demo

# Run every test.
test: $(READY)
	$(BIN)/python -m pytest -n auto

# Check style, types and the direction of imports.
lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Measure speed and memory beside DuckDB and pandas; prints a table.
bench: $(READY)
	$(BIN)/python -m tests.bench

# Write both lock files anew from pyproject.toml (needs uv).
lock:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate pyproject.toml --output-file requirements.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate --extra dev --constraint requirements.lock pyproject.toml --output-file requirements-dev.lock

# Write the sample workbook anew.
sample: $(READY)
	$(BIN)/python -m sheets.templates.sample

# Rewrite the golden messages after a change that was meant.
messages: $(READY)
	$(BIN)/python -m pytest -q tests/bot/messages --update-golden

# Rewrite the parts of README and docs that are made from the code and the sample.
docs: $(READY)
	$(BIN)/python -m tests.support.doc_parts

# Remove what was made.
clean:
	rm -rf .venv build demo *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
