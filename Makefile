# Each target installs what it needs; Python 3.11 or newer and make must be present.
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
# The lock files list every dependency, so pip resolves nothing and every version of pip installs the same.
# `requirements/check.py` reports a dependency that a lock file lacks. Modules are compiled at their first import, which
# halves the time of an installation.
PIP := -m pip install --quiet --disable-pip-version-check --no-compile --no-deps
LOCKED := $(PIP) --require-hashes
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-strip-extras \
	--no-config --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"

.PHONY: run test test-fast test-slow check lint types data openapi bench load validate docs pictures image lock .venv

run: .venv/runtime ## serve on PORT
	PORT=$(PORT) exec $(BIN)/gunicorn --config python:costsvc.web.gunicorn_conf

PYTEST := $(BIN)/pytest --numprocesses auto

test: .venv/dev ## all tests but the slow ones, with line and branch coverage
	$(PYTEST) -m "not slow" --cov --cov-fail-under=95

test-fast: .venv/dev ## tests without browser, Prometheus, Spark, contract, fits, processes and whole tables
	$(PYTEST) -m "not (browser or prometheus or spark or contract or fits or processes or every or slow)"

test-slow: .venv/dev ## tests that kill processes, wait or send heavy load; pytest's status 5 means there are none
	$(PYTEST) -m slow || [ $$? -eq 5 ]

check: lint types ## linters, types, import contracts, table descriptions, openapi.yaml
	$(BIN)/lint-imports
	$(BIN)/frictionless validate data/datapackage.json
	$(BIN)/costsvc openapi | diff openapi.yaml -

lint: .venv/dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: .venv/dev
	$(BIN)/mypy

data: .venv/dev ## rebuild data/ from the upstream files in FOLDER, then fit
	$(BIN)/costsvc data build $(FOLDER)
	$(BIN)/costsvc data fit

openapi: .venv/runtime ## write openapi.yaml
	$(BIN)/costsvc openapi > openapi.yaml

bench: .venv/dev .bench/boaviztapi.made .bench/ecologits.made ## requests per second against a bare view and other tools
	$(BIN)/python -m benchmarks

load: .venv/runtime ## latency and errors under load, attacks and kills; writes docs/reliability.md
	$(BIN)/python -m benchmarks.reliability $(SCALE)

validate: .venv/dev .bench/ecologits.made ## estimates of costsvc and EcoLogits against published figures in FOLDER; writes docs/validation.*
	$(BIN)/costsvc data validate $(FOLDER) --docs docs --ecologits ".bench/ecologits/bin/python benchmarks/ecologits_energy.py"

docs: .venv/dev
	$(BIN)/sphinx-build -W -n --keep-going -b html docs docs/_build

pictures: .venv/dev ## screenshots of every view for docs/img, of a service that runs on PORT
	$(BIN)/python docs/pictures.py http://localhost:$(PORT)

image:
	docker build --tag costsvc .

lock: .venv/dev ## resolve requirements/ again; UPGRADE=--upgrade allows newer versions
	$(LOCK) $(UPGRADE) --group build -o requirements/build.txt
	$(LOCK) $(UPGRADE) pyproject.toml --extra batch -c requirements/build.txt -o requirements/runtime.txt
	$(LOCK) $(UPGRADE) pyproject.toml --extra batch --extra calibration --extra client --extra mcp --extra spark --extra test --group build --group dev -c requirements/runtime.txt -o requirements/dev.txt
	for peer in boaviztapi ecologits; do $(LOCK) $(UPGRADE) benchmarks/$$peer.in -o benchmarks/$$peer.txt; done

.venv: .venv/dev

# An interrupted installation leaves no target, so the next one starts from an empty environment.
.venv/runtime: requirements/build.txt requirements/runtime.txt requirements/check.py pyproject.toml
	$(PYTHON) -m venv --clear .venv
	$(BIN)/python $(LOCKED) -r requirements/build.txt -r requirements/runtime.txt
	$(BIN)/python $(PIP) --no-build-isolation --editable .
	$(BIN)/python requirements/check.py 'costsvc[batch]' --group build
	touch $@

.venv/dev: .venv/runtime requirements/dev.txt
	mv .venv/runtime .venv/begun
	$(BIN)/python $(LOCKED) -r requirements/dev.txt
	$(BIN)/python requirements/check.py 'costsvc[batch,calibration,client,mcp,spark,test]' --group build --group dev
	mv .venv/begun .venv/runtime
	touch $@

# another tool to compare with, in an environment of its own
.bench/%.made: benchmarks/%.in benchmarks/%.txt | .venv/runtime
	$(PYTHON) -m venv --clear .bench/$*
	.bench/$*/bin/python $(LOCKED) -r benchmarks/$*.txt
	$(BIN)/python requirements/check.py --path .bench/$*/lib/python*/site-packages $$(cat $<)
	touch $@
