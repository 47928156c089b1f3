# make demo   set up what is missing, then run the whole product on this machine
# make test   set up what is missing, then pass the tests
# make lint   style, types, and which way imports run
# make bench  figures, as ratios against a baseline in the same run

# The first Python that runs and is new enough; a name on the PATH alone may be a version manager's empty shim.
FITS := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do $$p -c "$(FITS)" 2>/dev/null && echo $$p && break; done)

.PHONY: setup demo test lint format bench snapshots lock
.DEFAULT_GOAL := demo

setup:
	@test -n "$(PYTHON)" || { echo "Replaybook needs Python 3.11, 3.12 or 3.13 (or name one: make $(MAKECMDGOALS) PYTHON=…)."; exit 1; }
	@$(PYTHON) scripts/setup.py

demo: setup
	@exec .venv/bin/replaybook demo

test: setup
	@.venv/bin/pytest -n auto --dist loadfile --no-loadscope-reorder $(ARGS)

lint: setup
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@node_modules/.bin/biome check --error-on-warnings
	@.venv/bin/mypy
	@.venv/bin/lint-imports

format: setup
	@.venv/bin/ruff check --fix .
	@.venv/bin/ruff format .
	@node_modules/.bin/biome check --write

snapshots: setup
	@.venv/bin/pytest tests --snapshot-update -k snapshot

bench: setup
	@.venv/bin/python -m bench $(ARGS)

# Names no index, so that everyone's own settings decide where packages come from.
UV = $(or $(wildcard .venv/bin/uv),uv)
COMPILE = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url
lock:
	$(COMPILE) --extra dev pyproject.toml -o requirements-dev.lock
	$(COMPILE) --constraint requirements-dev.lock --extra clickhouse --extra github-app --extra oauth --extra otel --extra postgres --extra s3 pyproject.toml -o requirements-all.lock
	$(COMPILE) --constraint requirements-dev.lock pyproject.toml -o requirements.lock
	echo uv | $(COMPILE) - -o requirements-uv.lock
