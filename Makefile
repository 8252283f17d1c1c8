# From a clean clone, with Python 3.11 to 3.13 and make: `make train`, `make test`. `make help` lists the rest.
#
# PYTHON=...  the interpreter the environment is made with (default: the first one found that fits)
# VENV=...    where the environment is made (default: .venv)
# ARGS=...    passed on to what a target runs: make train ARGS="--epochs 1"

VENV ?= .venv
DOCS_VENV ?= .venv-docs
PARITY_VENV ?= .venv-parity
PEERS_VENV ?= .venv-peers

# Silent about what becomes of the tool after next year; what it says of the site stays.
MKDOCS = NO_MKDOCS_2_WARNING=1 $(DOCS_VENV)/bin/mkdocs

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile

train: $(VENV)/.installed ## train the digit classifier, write runs/<name>/
	$(VENV)/bin/glassbrook train digits $(ARGS)

test: $(VENV)/.installed-dev ## run the tests and the examples in the docstrings
	$(VENV)/bin/python -m pytest -m "not slow" --numprocesses 2 --dist worksteal $(ARGS)

test-slow: $(VENV)/.installed-dev ## run the tests that take long
	$(VENV)/bin/python -m pytest -m slow $(ARGS)

mutation: $(VENV)/.installed-dev ## put faults into gradient rules, report which ones the tests catch
	$(VENV)/bin/python -m tests.mutation $(ARGS)

parity: $(PARITY_VENV)/.installed ## compare with TensorFlow, in an environment of its own
	$(PARITY_VENV)/bin/python -m pytest tests/parity --numprocesses 2 --dist worksteal $(ARGS)

names: $(PARITY_VENV)/.installed ## write docs/names.md: which of TensorFlow's names are here
	$(PARITY_VENV)/bin/python -m tests.parity.names

errors: $(VENV)/.installed-dev ## write docs/errors.md: what every error means, and how to mend it
	$(VENV)/bin/python -m tests.error_catalogue

lint: $(VENV)/.installed-dev ## check style, format, types and the import rule
	$(VENV)/bin/ruff check
	$(VENV)/bin/ruff format --check
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

format: $(VENV)/.installed-dev ## mend what `make lint` can mend by itself
	$(VENV)/bin/ruff check --fix-only
	$(VENV)/bin/ruff format

docs: $(DOCS_VENV)/.installed ## build the site of the documentation: site/index.html
	$(MKDOCS) build --strict

docs-serve: $(DOCS_VENV)/.installed ## show the site, and build it again whenever a page changes
	$(MKDOCS) serve $(ARGS)

bench: $(VENV)/.installed ## measure speed and memory
	$(VENV)/bin/python -m benchmarks $(ARGS)

bench-peers: $(PEERS_VENV)/.installed ## the same beside PyTorch, TensorFlow and JAX, in an environment of its own
	$(PEERS_VENV)/bin/python -m benchmarks --peers $(ARGS)

hooks: $(VENV)/.installed-dev ## run `make lint`'s checks before every commit
	$(VENV)/bin/pre-commit install

clean: ## remove environments, caches and builds; your runs/ stay
	rm -rf .venv .venv-* build dist site .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: help train test test-slow mutation parity names errors lint format docs docs-serve bench bench-peers hooks clean

# ---------------------------------------------------------------------------------------------
# Environments. A stamp is written last, so an install that was cut short is done again; it holds the
# project's folder, so an environment that was moved or copied, or has lost its Python, is made anew.

MADE = $(shell [ "`cat $(1)/.made 2>/dev/null`" = "$(CURDIR)" ] && $(1)/bin/python -c "" 2>/dev/null && echo yes)
ifneq ($(call MADE,$(VENV)),yes)
.PHONY: $(VENV)/.made
endif
ifneq ($(call MADE,$(DOCS_VENV)),yes)
.PHONY: $(DOCS_VENV)/.made
endif
ifneq ($(call MADE,$(PARITY_VENV)),yes)
.PHONY: $(PARITY_VENV)/.made
endif
ifneq ($(call MADE,$(PEERS_VENV)),yes)
.PHONY: $(PEERS_VENV)/.made
endif

$(VENV)/.made $(DOCS_VENV)/.made $(PARITY_VENV)/.made $(PEERS_VENV)/.made:
	@$(FIND_PYTHON); echo "Making $(@D) with `$$python --version` ($$python)"; $$python -m venv --clear $(@D)
	@echo "$(CURDIR)" > $@

$(VENV)/.installed: pyproject.toml $(VENV)/.made
	$(VENV)/bin/python -m pip install --editable .
	@touch $@

$(VENV)/.installed-dev: pyproject.toml $(VENV)/.made
	$(VENV)/bin/python -m pip install --editable ".[dev]"
	@touch $(VENV)/.installed $@

$(DOCS_VENV)/.installed: pyproject.toml $(DOCS_VENV)/.made
	$(DOCS_VENV)/bin/python -m pip install --editable ".[docs]"
	@touch $@

$(PARITY_VENV)/.installed: pyproject.toml tests/parity/requirements.txt $(PARITY_VENV)/.made
	$(PARITY_VENV)/bin/python -m pip install --editable ".[dev]" --requirement tests/parity/requirements.txt
	@touch $@

$(PEERS_VENV)/.installed: pyproject.toml benchmarks/requirements.txt $(PEERS_VENV)/.made
	$(PEERS_VENV)/bin/python -m pip install --editable . --requirement benchmarks/requirements.txt
	@touch $@

# Sets $$python to the first interpreter that fits. A name on the path is not enough: it may be too old, a
# version manager's empty shim, or lack what makes environments.
FITS = import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
FIND_PYTHON = for python in $(or $(PYTHON),python3 python3.13 python3.12 python3.11) ""; do \
		if [ -z "$$python" ]; then \
			echo "Glassbrook needs Python 3.11, 3.12 or 3.13 with the venv module. Looked at:" \
				"$(or $(PYTHON),python3 python3.13 python3.12 python3.11)." >&2; \
			echo "Install one (Debian, Ubuntu: apt install python3 python3-venv), or name yours:" \
				"make PYTHON=/path/to/python3.12" >&2; \
			exit 1; \
		fi; \
		if $$python -c "$(FITS)" 2>/dev/null; then break; fi; \
	done
