# Each target does all its own set-up; only Python >= 3.11 and make are needed.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: run test check format bench train lock setup clean
.DEFAULT_GOAL := run

run: $(VENV)/.installed              ## serve the assistant; prints the addresses to open
	@$(BIN)/motcua run

setup: $(VENV)/.installed            ## only create .venv and install from the lock file

test: $(VENV)/.installed-dev         ## every test, in parallel
	$(BIN)/pytest -n auto

check: $(VENV)/.installed-dev        ## format, lint, types and layers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.installed-dev       ## mend format and what lint can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.installed-bench      ## the figures of the README; DUMP=path of a national dump
	$(BIN)/python -m tests.bench $(if $(DUMP),--dump $(DUMP))

train: $(VENV)/.installed-dev        ## learn the ranking weights again
	$(BIN)/python -m knowledge.matching.train $(if $(DUMP),--dump $(DUMP))

lock: $(VENV)/.installed-dev         ## pin the newest versions, with hashes and without index addresses
	$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
		--no-header --no-annotate --no-emit-index-url --upgrade --quiet \
		--group build -o requirements.lock
	$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
		--no-header --no-annotate --no-emit-index-url --quiet \
		--group build --group dev -c requirements.lock -o requirements-dev.lock

clean:                               ## remove the environment and caches; var/ (your data) stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "motcua needs Python 3.11 or newer (set PYTHON=...)" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(VENV)/bin/python requirements.lock pyproject.toml
	$(PIP) install --require-hashes -r requirements.lock
	$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed requirements-dev.lock
	$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@

# The peers we compare with are no part of the program, so they are not pinned.
$(VENV)/.installed-bench: $(VENV)/.installed-dev
	$(PIP) install bm25s scikit-learn tantivy psutil
	@touch $@
