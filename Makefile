# Sayso: two commands. `make demo` runs the site, `make test` runs the suite; `make help` lists the rest.

UV_VERSION := 0.13.9
PORT ?= 8000
HOST ?= 127.0.0.1
PYTHON := $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null && command -v $$p && break; done)
UV := .tools/bin/uv
MANAGE := .venv/bin/python manage.py
SOURCES := pyproject.toml requirements.lock requirements-dev.lock
SHELL := /bin/sh
export HOST PORT

.PHONY: help demo demo-reset test test-servers audit bench check lock messages prove
.DEFAULT_GOAL := help

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: .venv/.demo ## run the whole site at http://localhost:8000 (PORT=8001 for another port)
	@exec $(MANAGE) demo

demo-reset: .venv/.demo ## forget all demo data, so that the next `make demo` starts over
	@exec $(MANAGE) demo --reset

prove: .venv/.test ## every promise put to the test, written to docs/PROOF.md (FULL=1 for full size)
	@exec .venv/bin/pytest tests/prove -n auto --dist loadgroup -o python_files="prove_*.py" $(if $(FULL),--full) $(if $(ARGS),$(ARGS),--paper docs/PROOF.md)

messages: .venv/.demo ## gather the texts of the site into the catalogues of its languages, and compile them
	@.venv/bin/python .ci/messages.py

test: .venv/.test ## run every test, servers and browser included (ARGS="-k name" narrows it)
	@exec .venv/bin/pytest -n auto --dist loadfile $(ARGS)

test-servers: .venv/.test ## the same suite against this machine's PostgreSQL and Redis (Debian: postgresql-15, redis-server)
	@SAYSO_TEST_SERVERS=debian exec .venv/bin/pytest -n auto --dist loadfile $(or $(ARGS),tests/test_installed.py tests/services tests/notifications tests/portal tests/journeys tests/queries)

bench: .venv-bench/.ready ## measure Sayso against its peers: docs/BENCH.md (ARGS="--rows 1,8", FULL=1 for a million performers)
	@FULL=$(FULL) exec .venv-bench/bin/python -m tests.bench $(ARGS)

check: .venv/.test ## lint, types, templates, migrations, deployment settings, architecture
	@sh .ci/check

audit: ## known holes in the locked packages, asked of PyPI (fails where it cannot be asked)
	@PYTHON="$(PYTHON)" sh .ci/audit

lock: .venv/bin/python ## compile the lock files anew from pyproject.toml
	@.venv/bin/python .ci/lock.py $(UV) $(if $(UPGRADE),--upgrade)

# --- The environment: uv from pip, packages from the lock, nothing outside this folder --------------------------------

# Each failure here is one sentence. The stamps .venv/.demo and .venv/.test make the second run immediate; both only add
# packages, so switching between demo and test takes nothing away.
export UV_PYTHON_DOWNLOADS := never
export UV_NO_PROGRESS := 1
ifneq ($(shell test -w "$${HOME:-/none}" && echo yes),yes)
export UV_CACHE_DIR := $(CURDIR)/.tools/cache
endif

$(UV): Makefile
	@test -n "$(PYTHON)" || { echo "Sayso needs Python 3.11, 3.12 or 3.13, and none was found." >&2; exit 1; }
	@test -w . || { echo "The folder $(CURDIR) cannot be written by this user." >&2; exit 1; }
	@$(PYTHON) -m pip --version >/dev/null 2>&1 \
		|| { echo "$(PYTHON) has no pip; on Debian: apt-get install python3-pip." >&2; exit 1; }
	@echo "  Fetching uv $(UV_VERSION) ..."
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --no-warn-script-location --root-user-action=ignore \
		--upgrade --target .tools uv==$(UV_VERSION) \
		|| { echo "uv $(UV_VERSION) could not be installed into .tools; pip says why above." >&2; exit 1; }
	@touch $@

.venv/bin/python: | $(UV)
	@$(UV) venv --quiet --clear --python "$(PYTHON)" .venv \
		|| { echo "The environment .venv could not be made; uv says why above." >&2; exit 1; }

requirements.lock requirements-dev.lock requirements-bench.lock:
	@echo "$@ is missing: fetch it from the repository, or compile it anew with make lock." >&2; exit 1

.venv/.demo: requirements.lock pyproject.toml .venv/bin/python | $(UV)
	@$(call install,requirements.lock)

.venv/.test: requirements-dev.lock requirements.lock pyproject.toml .venv/bin/python | $(UV)
	@$(call install,requirements-dev.lock)

# Peers are measured in an environment of their own, so that the site's never holds one.
.venv-bench/.ready: requirements-bench.lock pyproject.toml | $(UV)
	@$(PYTHON) .ci/lock.py --fresh requirements-bench.lock || exit 1; \
	test -x .venv-bench/bin/python || $(UV) venv --quiet --python "$(PYTHON)" .venv-bench || exit 1; \
	echo "  Installing the packages of requirements-bench.lock ..."; \
	$(UV) pip install --quiet --python .venv-bench/bin/python --require-hashes -r requirements-bench.lock \
		|| { echo "The packages of requirements-bench.lock could not be installed; uv says why above." >&2; exit 1; }; \
	touch $@

define install
.venv/bin/python .ci/lock.py --fresh $(1) || exit 1; \
echo "  Installing the packages of $(1) ..."; \
$(UV) pip install --quiet --python .venv/bin/python --require-hashes -r $(1) \
	|| { echo "The packages of $(1) could not be installed; uv says why above." >&2; exit 1; }; \
touch $@
endef
