# All that is done by hand or in CI, on a machine with Python 3.11+ (with venv), git and make. `make` lists it.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
ARGS ?=
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
PYTEST := $(BIN)/python -m pytest

# What tests need beyond Python packages; installed by `make debian`, so by `make test`, when that runs as root.
DEBIAN_PACKAGES := tesseract-ocr postfix dovecot-imapd clamav-daemon gcc libc6-dev valgrind

.PHONY: help
help: ## Lists the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: demo
demo: .venv/run.stamp ## Plays a whole conversation, then serves until Ctrl-C (ARGS=--exit stops after the play)
	@$(BIN)/casepost demo $(ARGS)

.PHONY: test
test: .venv/dev.stamp debian ## Runs every test (ARGS="-k NAME" to choose)
	$(PYTEST) -n auto --dist worksteal tests $(ARGS)

.PHONY: check
check: .venv/dev.stamp ## Style, types, import directions and the rules of the house
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(PYTEST) tests/unit/test_house.py

.PHONY: bench
bench: .venv/dev.stamp ## Runs the benchmarks (ARGS names some)
	$(BIN)/python -m bench $(ARGS)

.PHONY: regress
regress: .venv/dev.stamp ## Counts the instructions of each work against those that are kept (ARGS=--write keeps them)
	$(BIN)/python -m bench.regress $(ARGS)

.PHONY: soak
soak: .venv/dev.stamp ## Load while processes are killed, halted and made to fail, then the books (MINUTES=10)
	@$(BIN)/python -m tests.soak $(or $(MINUTES),10) $(ARGS)

.PHONY: fuzz
fuzz: .venv/dev.stamp ## Octets of strangers into every way in, until something breaks (MINUTES=10)
	@$(BIN)/python -m tests.fuzz $(or $(MINUTES),10) $(ARGS)

.PHONY: score
score: .venv/dev.stamp ## Says how well labelled mails are read (ARGS=--write puts it into docs/quality.md)
	@$(BIN)/python -m tests.quality $(ARGS)

.PHONY: letters
letters: .venv/dev.stamp ## Pictures of every letter in every language, into build/letters (needs Chromium)
	@$(BIN)/python -m tests.letters $(or $(ARGS),build/letters)

.PHONY: format
format: .venv/dev.stamp ## Formats the code and mends what ruff can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.PHONY: lock
lock: $(BIN)/pip ## Resolves the dependencies into requirements/*.lock (ARGS=--upgrade for newer ones)
	$(PIP) install --quiet uv
	$(call resolve,run,--extra build)
	$(call resolve,dev,--extra build --extra dev --constraint requirements/run.lock)

# $(call resolve,NAME,EXTRAS): pins for every platform and Python from 3.11 on, with hashes, without index addresses.
define resolve
$(BIN)/uv pip compile --quiet --no-config --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-annotate --custom-compile-command "make lock" $(2) $(ARGS) --output-file requirements/$(1).lock pyproject.toml
endef

.PHONY: debian
debian: ## Installs the Debian packages that tests need, as root
	@missing=; for package in $(DEBIAN_PACKAGES); do \
		dpkg-query --show --showformat='$${Status}' $$package 2>/dev/null | grep -q '^install ok installed$$' \
		|| missing="$$missing $$package"; \
	done; \
	if [ -z "$$missing" ]; then exit 0; fi; \
	if [ "$$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then \
		echo "not installed:$$missing (needs root and apt-get); the tests that use them say so and are skipped"; exit 0; \
	fi; \
	export DEBIAN_FRONTEND=noninteractive; \
	apt-get update --quiet --quiet && apt-get install --quiet --quiet --yes --no-install-recommends $$missing

# The environment. pip comes last in a new one, so its presence tells that it is whole; stamps tell what it holds.
$(BIN)/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "casepost needs Python 3.11 or newer; say which: make PYTHON=python3.12 ..."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
		|| { echo "this Python has no venv; as root: apt-get install python3-venv"; exit 1; }
	@echo "making .venv"
	@$(PYTHON) -m venv .venv

.venv/run.stamp: requirements/run.lock pyproject.toml | $(BIN)/pip
	@echo "installing what casepost needs into .venv"
	@$(PIP) install --quiet --require-hashes --requirement requirements/run.lock
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

# dev.lock holds all of run.lock, so one installation serves both stamps.
.venv/dev.stamp: requirements/dev.lock requirements/run.lock pyproject.toml | $(BIN)/pip
	@echo "installing what casepost and its tests need into .venv"
	@$(PIP) install --quiet --require-hashes --requirement requirements/dev.lock
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch .venv/run.stamp $@
