# tg-courier. `make help` lists what can be asked for; every environment is made on first use.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# Any Python 3.13: `.python-version` leads pyenv and uv to it.
PYTHON ?= $(shell for p in python3.13 python3 python; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 13))' 2>/dev/null && echo "$$p" && break; \
	done || true)
UV_VERSION := 0.13.8

VENV := .venv
EMULATOR := .local/venvs/emulator
SAM := .local/venvs/sam
UV := $(VENV)/bin/uv
PY := $(VENV)/bin/python
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
# The interpreters of this project are found by path, never by what a shell has activated.
unexport VIRTUAL_ENV
unexport PYTHONPATH
export SAM_CLI_TELEMETRY := 0

# A make that a test starts is none of ours.
PYTHON_OF_TESTS = env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL $(PY)
PYTEST = $(PYTHON_OF_TESTS) -m pytest -q
# One more than there are processors, since tests wait for things too.
TESTERS ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)
CODE := functions layers/core/courier cli local bench tests

##@ Use it

.PHONY: demo
demo: setup ## Start everything, deploy, send on both lanes, print what arrived, stop
	@$(PY) -m local demo

.PHONY: up
up: setup ## Run the local stack in the foreground (AWS_PORT=, TELEGRAM_PORT=, REDIS_PORT= choose ports)
	@exec $(PY) -m local up

.PHONY: down
down: setup ## Stop the stack that `make up` runs
	@$(PY) -m local down

##@ Measure it

.PHONY: bench
bench: setup ## Measure everything (15 minutes): a table, bench/results.json, docs/; ONLY= names scenarios
	@$(PY) -m bench --output bench/results.json --docs $(ONLY)

.PHONY: bench-smoke
bench-smoke: setup-dev ## The same in under a minute, mostly in virtual time; part of `make check`
	@$(PY) -m bench --quick

.PHONY: cost
cost: setup-dev ## What a million messages cost on AWS, from the last `make bench`
	@$(PY) -m bench.cost

##@ Test it

.PHONY: test
test: setup ## The tests of every day (nine minutes): unit, infra, workflow, functional, e2e
	@$(PYTEST) -m "not slow" --numprocesses=$(TESTERS) --dist=worksteal \
		tests/unit tests/infra tests/workflow tests/functional
	@$(MAKE) --no-print-directory test-e2e

.PHONY: test-e2e
test-e2e: setup ## End-to-end tests alone: the deployed local stack
	@$(PYTHON_OF_TESTS) -m tests.e2e -q

.PHONY: test-functional
test-functional: setup ## Functional tests alone: real Valkey, real processes, simulated AWS and Telegram
	@$(PYTEST) -m "not slow" tests/functional

.PHONY: test-unit
test-unit: setup-dev ## Unit tests alone: no network, a few seconds
	@$(PY) -m pytest tests/unit -q

.PHONY: test-slow
test-slow: setup ## What takes longer than `make test` may
	@$(PY) -m pytest tests -m slow -q

.PHONY: check
check: format-check lint types imports schemas-check template test bench-smoke ## All that CI runs; changes nothing

##@ Parts of the check

.PHONY: format-check
format-check: setup-dev ## The code is formatted
	@$(VENV)/bin/ruff format --check --quiet $(CODE) || { echo "Run 'make format'."; exit 1; }

.PHONY: lint
lint: setup-dev ## Ruff's rules
	@$(VENV)/bin/ruff check --quiet $(CODE)

.PHONY: types
types: setup-dev ## mypy, strict
	@$(VENV)/bin/mypy

.PHONY: imports
imports: setup-dev ## Import contracts: who may know whom
	@$(VENV)/bin/lint-imports

.PHONY: schemas-check
schemas-check: setup-dev ## events/schemas is what the models say
	@$(PY) -m courier.contracts.schemas --check events/schemas

.PHONY: template
template: setup ## sam validate --lint
	@PATH="$(CURDIR)/$(SAM)/bin:$$PATH" AWS_DEFAULT_REGION=us-east-1 $(SAM)/bin/sam validate --lint

##@ Change it

.PHONY: format
format: setup-dev ## Format the code and mend what ruff can mend
	@$(VENV)/bin/ruff check --fix --quiet $(CODE) || true
	@$(VENV)/bin/ruff format $(CODE)

.PHONY: schemas
schemas: setup-dev ## Write events/schemas from the models
	@$(PY) -m courier.contracts.schemas events/schemas

.PHONY: lock
lock: $(VENV)/.uv ## Pin all requirements anew from their ranges
	@$(UV) pip compile --upgrade -q --python-version 3.13 --no-header --no-annotate pyproject.toml \
		-o layers/core/requirements.txt
	@for layer in aiogram:commands media:media; do $(UV) pip compile --upgrade -q --python-version 3.13 --no-header \
		--no-annotate pyproject.toml --extra $${layer#*:} -c layers/core/requirements.txt \
		$$(sed -n 's/^\([a-zA-Z0-9_.-]*\)==.*/--no-emit-package \1/p' layers/core/requirements.txt) \
		-o layers/$${layer%:*}/requirements.txt; done
	@$(UV) pip compile --upgrade -q --python-version 3.13 --no-header --no-annotate pyproject.toml \
		--extra cli --extra commands --extra media --extra dev -c layers/core/requirements.txt -o requirements/dev.txt
	@for part in emulator sam; do $(UV) pip compile --upgrade -q --python-version 3.13 --no-header \
		--no-annotate requirements/$$part.in -o requirements/$$part.txt; done
	@for peer in ptb aiogram; do $(UV) pip compile --upgrade -q --python-version 3.13 --no-header \
		--no-annotate bench/peers/$$peer.in -o bench/peers/$$peer.txt; done

##@ Set it up

.PHONY: setup
setup: setup-dev $(EMULATOR)/.ready $(SAM)/.ready ## All environments (made on first use by every other command)

.PHONY: setup-dev
setup-dev: $(VENV)/.ready

$(VENV)/.uv:
	@[ -n "$(PYTHON)" ] || { echo "No Python 3.13 found. Install it (for instance 'pyenv install 3.13' or" \
		"'uv python install 3.13') or name it: make PYTHON=/path/to/python3.13 ..." >&2; exit 1; }
	@echo "Setting up $(VENV)"
	@$(PYTHON) -m venv $(VENV)
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check "uv==$(UV_VERSION)"
	@touch $@

$(VENV)/.ready: $(VENV)/.uv requirements/dev.txt pyproject.toml
	@$(UV) pip install --quiet --python $(PY) -r requirements/dev.txt
	@$(UV) pip install --quiet --python $(PY) --no-deps -e .
	@touch $@

# Environments of their own: the emulator's interpreter is the Lambda runtime, so a package that the layer forgot
# must be missing there; the SAM CLI pins packages that the project uses in other versions.
.local/venvs/%/.ready: requirements/%.txt | $(VENV)/.uv
	@echo "Setting up .local/venvs/$*"
	@$(VENV)/bin/python -m venv .local/venvs/$*
	@$(UV) pip install --quiet --python .local/venvs/$*/bin/python -r requirements/$*.txt
	@touch $@

.PHONY: clean
clean: ## Remove environments, caches and build results
	@rm -rf $(VENV) .local .aws-sam .mypy_cache .ruff_cache .hypothesis

.PHONY: help
help: ## This list
	@awk 'BEGIN {FS = ":.*## "} /^##@ / {printf "\n%s\n", substr($$0, 5)} \
		/^[a-z][a-z-]*:.*## / {printf "  %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
