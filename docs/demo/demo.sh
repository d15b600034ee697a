#!/bin/sh
# The tour behind `make demo`: real inputs, the default policy, nothing prepared.
set -eu
cd "$(dirname "$0")"
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

say() { printf '\n\033[1m$ %s\033[0m\n' "$*" | { [ -t 1 ] && cat || sed 's/\x1b\[[0-9;]*m//g'; }; }
run() { say "$@"; "$@" || [ $? -eq 1 ]; }

run tagward lint --policy pack:ml-platform card-scoring.plan.json
run tagward lint --policy pack:ml-platform scorer.yaml ray-training.yaml pytorch-job.yaml
run tagward explain aws_dynamodb_table.scores ml-environment --policy pack:ml-platform --in card-scoring.plan.json
run tagward compile pack:ml-platform -t aws-scp -o "$out"
run tagward coverage --policy pack:ml-platform --billing bill.csv --period 2026-10
run tagward showback --policy pack:ml-platform --billing bill.csv --rules showback.yaml --metrics usage.csv --period 2026-10
