#!/bin/sh
# Installs the peers that the benchmark compares with into .tools/bench; without them it measures the rest.
set -eu
cd "$(dirname "$0")/.."
test -x .tools/bench/bin/python || python3 -m venv .tools/bench
.tools/bench/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bench.txt ||
  echo "benchmark peers are incomplete: orjson or checkov could not be installed" >&2
