# Two commands matter: `make run` and `make test`. `make help` lists the rest.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SHELL := /bin/bash
LOCK := --quiet --generate-hashes --strip-extras --no-header --no-emit-index-url --no-emit-find-links \
  --extra production -o requirements.lock setup.cfg
# Made-up passwords are what tests are about; keys and tokens are looked for everywhere.
SECRETS := --disable-plugin KeywordDetector --exclude-secrets '^password$$'

.PHONY: help run test soak check audit lock sbom bench messages clean

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
	git ls-files -z -- ':!requirements.lock' ':!seed_data' ':!*.png' | xargs -0 $(BIN)/detect-secrets-hook $(SECRETS)

soak: $(VENV)/tests-ready  ## Run the long forms: 500 kills of the servers under load, 100 rounds of fuzz
	REHAB_FAULT_KILLS=500 $(BIN)/python -m pytest -o faulthandler_timeout=0 -s tests/faults
	REHAB_TEST_FUZZ=100 REHAB_TEST_SEED=$${RANDOM} $(BIN)/python -m pytest -o faulthandler_timeout=0 -n auto tests/architecture/test_hostile.py

audit: $(VENV)/release-ready  ## Look for known holes in what a release installs (needs the network)
	@$(BIN)/pip-audit --strict --disable-pip --require-hashes -r requirements.lock --progress-spinner off \
	  || { echo "Not clean, or not everything could be looked at: see above."; exit 1; }

lock: $(VENV)/release-ready  ## Choose the versions and hashes that a release installs anew
	$(BIN)/pip-compile $(LOCK) --upgrade

sbom: $(VENV)/release-ready  ## Install what is locked and list it as CycloneDX in build/sbom.json
	rm -rf build/release && $(PYTHON) -m venv build/release
	build/release/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	build/release/bin/python -m pip install --quiet --disable-pip-version-check --no-deps .
	$(BIN)/cyclonedx-py environment --output-reproducible -o build/sbom.json build/release/bin/python
	@$(BIN)/python -c 'import json; print(len(json.load(open("build/sbom.json"))["components"]), "components in build/sbom.json")'

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

$(VENV)/release-ready: $(VENV)/tests-ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[release]'
	@touch $@
