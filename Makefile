# Two commands matter: `make run` and `make test`. `make help` lists the rest.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SHELL := /bin/bash

.PHONY: help run test soak check audit bench messages clean

help:  ## List what can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: $(BIN)/rehab-tracker  ## Start the product with its demo clinic at http://127.0.0.1:8000
	@REHAB_DEMO=1 $(BIN)/rehab-tracker serve --demo

test: $(VENV)/tests-ready  ## Run every test
	$(BIN)/python -m pytest -q tests/domain --cov=rehab_tracker.domain --cov-branch --cov-fail-under=100
	$(BIN)/python -m pytest -n auto --dist worksteal --ignore=tests/domain

check: $(VENV)/tests-ready  ## Lint, types, import directions, migrations in step with models
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/rehab-tracker db check

soak: $(VENV)/tests-ready  ## Run the long forms: 500 kills of the servers under load
	REHAB_FAULT_KILLS=500 $(BIN)/python -m pytest -s tests/faults

audit: $(VENV)/tests-ready  ## Look for known holes in what is installed (needs the network)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check pip-audit \
	  || { echo "pip-audit cannot be installed here: nothing was looked at"; exit 0; }; \
	$(BIN)/pip-audit --skip-editable --progress-spinner off

bench: $(VENV)/tests-ready  ## Measure against the floor application
	$(BIN)/python -m benchmarks

messages: $(VENV)/tests-ready  ## Collect the texts for translators
	$(BIN)/pybabel extract -F babel.cfg -k _l -o build/messages.pot rehab_tracker

clean:  ## Remove the environment and what was built, never data
	rm -rf $(VENV) build dist *.egg-info

$(VENV)/made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Rehab Tracker needs Python 3.11 or newer; set PYTHON=python3.x"; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null \
	  || { echo "Python's venv module is missing: install it (Debian: apt-get install python3-venv)"; exit 1; }
	@rm -rf $(VENV)
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(BIN)/rehab-tracker: $(VENV)/made setup.cfg pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

$(VENV)/tests-ready: $(VENV)/made setup.cfg pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[test]'
	@touch $@ $(BIN)/rehab-tracker
