# What can be done here: `make help`. Every command sets itself up: all it needs is make and Python 3.11 to 3.13.

SHELL := /bin/sh
PORT ?= 8000
export PORT
# With it set, every process that a test starts would compile the whole house anew: ten seconds each.
unexport PYTHONDONTWRITEBYTECODE
# How many processes share the tests; more than the machine has cores makes those that measure time fail.
JOBS ?= 2

# The environment is installed once per requirements.txt: the stamp's name carries the lock file's checksum.
PY := .venv/bin/python
READY := .venv/.installed-$(shell cksum < requirements.txt | tr -d ' \t')
NPM_LOCK := $(wildcard tests/clients/package-lock.json)
NPM_READY := $(if $(NPM_LOCK),tests/clients/node_modules/.installed-$(shell cksum < $(NPM_LOCK) | tr -d ' \t'))
CODE := app schema share tests deploy $(if $(shell find benches -name '*.py' 2>/dev/null),benches)

.PHONY: help serve demo test check format migration schema lock

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' Makefile

serve: $(READY) ## the shop with demo data on http://127.0.0.1:$PORT (default 8000)
	@exec $(PY) -m app.cli serve

demo: $(READY) ## play the story against a running `make serve`; SCENE=live plays one scene of it
	@exec $(PY) -m app.cli demo $(SCENE)

test: $(READY) $(NPM_READY) ## all tests, on SQLite and then on PostgreSQL and Redis where they answer
	@exec $(PY) tests/run.py -n $(JOBS) $(ARGS)

check: $(READY) ## lint, format, types, layers; no tests
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy --strict $(CODE)
	.venv/bin/lint-imports

format: $(READY) ## mend what ruff can mend
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

migration: $(READY) ## write the migration that the models ask for
	@$(PY) -m app.cli migration

schema: $(READY) ## write schema/schema.graphql from the code
	@$(PY) -m app.cli schema > schema/schema.graphql.new && mv schema/schema.graphql.new schema/schema.graphql

lock: $(READY) ## write requirements.txt from pyproject.toml; UPGRADE=1 takes the newest that fits
	@$(PY) -m pip install --quiet --disable-pip-version-check 'uv>=0.13,<0.14'
	@.venv/bin/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' --quiet \
		$(if $(UPGRADE),--upgrade) --output-file requirements.txt

# An environment whose Python has gone (an upgrade of the system) is made anew.
$(READY):
	@$(PY) -c '' 2>/dev/null || { \
		python=$$(sh deploy/find_python.sh '$(PYTHON)') && rm -rf .venv && "$$python" -m venv .venv; }
	@echo 'Installing what requirements.txt names (once; afterwards no network is needed) ...'
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@rm -f .venv/.installed-* && touch $@

# The protocol's own JavaScript clients. Without npm the tests that need them are left out, and say so.
tests/clients/node_modules/.installed-%:
	@if ! command -v npm >/dev/null 2>&1; then echo 'npm is not installed: tests with JavaScript clients are left out.'; \
	elif npm ci --prefix tests/clients --no-audit --no-fund --loglevel=error; then touch $@; \
	else echo 'npm could not install tests/clients: tests with JavaScript clients are left out.'; fi
