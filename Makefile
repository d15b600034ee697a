# tagward: `make demo` and `make test` do all the set-up there is; everything lives in .venv and .tools.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
SOURCES := policies generators service
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

install: $(STAMP) ## make .venv with everything that running, testing and developing need

$(STAMP): pyproject.toml requirements/dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "tagward needs Python 3.11 or newer (make PYTHON=python3.12 ...)"; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { echo "python3 -m venv failed: on Debian, install python3-venv"; exit 2; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q $(SOURCES)
	@touch $@

demo: install ## lint a real plan and manifests, compile the default policy, share out a small bill
	@PATH="$(CURDIR)/$(BIN):$$PATH" sh docs/demo/demo.sh

test: install ## run every test that needs no other engine, on every processor
	$(BIN)/python -m pytest -q -n auto --maxprocesses 8 --dist worksteal

check: install ## lint, formatting, types, import layers, generated docs
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python scripts/docs.py --check
	$(BIN)/python scripts/readme.py --check

format: install ## format the code and mend what can be mended
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

docs: install ## write the generated parts of docs/
	$(BIN)/python scripts/docs.py
	$(BIN)/python scripts/readme.py

fuzz: install ## mutate policies, plans and manifests for as long as FUZZ_EXAMPLES says
	TAGWARD_RANDOM=1 $(BIN)/python -m pytest -q tests/fuzz --fuzz-examples=$(or $(FUZZ_EXAMPLES),50000)

conformance: install ## compare the compilers with engines that others wrote (Node.js, Go, Rust, Java)
	sh tests/oracles/install.sh
	$(BIN)/python -m pytest -q -m conformance $(if $(CONFORMANCE_PARTIAL),,--whole) tests/oracles tests/conformance

apiserver: ## build a real kube-apiserver and etcd for `make conformance` (Go, about ten minutes, once)
	sh tests/oracles/apiserver/build.sh

bench: install ## measure against a floor and against peers; writes docs/benchmarks.md
	sh benchmarks/install.sh
	$(BIN)/python benchmarks/run.py

bench-webhook: install ## load the webhook with wrk, beside a bare endpoint; writes docs/benchmarks-webhook.md
	$(BIN)/python benchmarks/webhook.py --write docs/benchmarks-webhook.md

bench-webhook-faults: install ## let things go wrong while wrk loads the webhook; writes docs/benchmarks-webhook-faults.md
	$(BIN)/python -m benchmarks.webhook_faults --write docs/benchmarks-webhook-faults.md

bench-billing: install ## measure coverage by cost beside hand-written SQL; writes docs/benchmarks-billing.md
	$(BIN)/python benchmarks/billing.py --write docs/benchmarks-billing.md

catalog: install ## make the catalogue again from the published data it is pinned to
	@test -x .tools/catalog/bin/python || $(PYTHON) -m venv .tools/catalog
	.tools/catalog/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/catalog.txt
	.tools/catalog/bin/python scripts/catalog/build.py

lock: install ## resolve the requirements anew: versions and hashes, no addresses
	@test -x .tools/lock/bin/uv || { $(PYTHON) -m venv .tools/lock && .tools/lock/bin/python -m pip install --quiet uv; }
	for name in run test dev service scan catalog conformance; do \
	  .tools/lock/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-header --no-annotate -o requirements/$$name.txt requirements/$$name.in || exit 1; \
	done

clean: ## remove what the other targets made
	rm -rf $(VENV) .tools build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis

.PHONY: help install demo test check format docs fuzz conformance apiserver bench bench-webhook bench-webhook-faults bench-billing catalog lock clean
