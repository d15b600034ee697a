#!/bin/sh
# Install the engines that compilers are compared with. One that cannot be had here stays absent: the reason is
# kept in .tools/absent/NAME, the run goes on, and the table at its end says that it is incomplete.
set -eu
cd "$(dirname "$0")/../.."
mkdir -p .tools/bin .tools/absent

# attempt NAME TOOL COMMAND...: run a command that needs a tool
attempt() {
    name=$1 tool=$2
    shift 2
    if ! command -v "$tool" > /dev/null; then
        echo "$tool is not installed" > ".tools/absent/$name"
    elif "$@" > ".tools/absent/$name.log" 2>&1; then
        rm -f ".tools/absent/$name" ".tools/absent/$name.log"
    else
        echo "it could not be installed: see .tools/absent/$name.log" > ".tools/absent/$name"
    fi
    if [ -f ".tools/absent/$name" ]; then echo "$name: absent, $(cat ".tools/absent/$name")"; fi
}

# build NAME PACKAGE: build a command of the Go module that tests/oracles/NAME pins, unless it is built
build() {
    pinned="tests/oracles/$1/go.sum" built=".tools/bin/$1.sum"
    if [ -x ".tools/bin/$1" ] && cmp -s "$pinned" "$built"; then return; fi
    (cd "tests/oracles/$1" && GOFLAGS=-mod=readonly go build -trimpath -ldflags=-s -o "../../../.tools/bin/$1" "$2") \
        && cp "$pinned" "$built"
}

# Kyverno's webhook for ValidatingPolicies, with a program of ours around it, in the module that pins Kyverno.
build_webhook() {
    sources="tests/oracles/kyverno/go.sum tests/oracles/kyverno/webhook/main.go" built=.tools/bin/kyverno-webhook
    if [ -x $built ] && cat $sources | cmp -s - $built.sum; then return; fi
    (cd tests/oracles/kyverno && GOFLAGS=-mod=readonly go build -trimpath -ldflags=-s -o ../../../$built ./webhook) \
        && cat $sources > $built.sum
}

# The source is built elsewhere, so that no lock file, which would name a registry, comes to lie beside it.
build_azure() {
    if [ -x .tools/bin/azure-policy ] && diff -r tests/oracles/azure .tools/azure/source > /dev/null 2>&1; then return; fi
    mkdir -p .tools/azure && rm -rf .tools/azure/source && cp -r tests/oracles/azure .tools/azure/source \
        && cargo build --release --quiet --manifest-path .tools/azure/source/Cargo.toml --target-dir .tools/azure/target \
        && cp .tools/azure/target/release/azure-policy .tools/bin/ && rm .tools/azure/source/Cargo.lock
}

attempt cel .venv/bin/python .venv/bin/python -m pip install --quiet --disable-pip-version-check \
    --require-hashes -r requirements/conformance.txt
attempt iam npm sh tests/oracles/iam/install.sh
attempt opa go build opa github.com/open-policy-agent/opa
attempt conftest go build conftest github.com/open-policy-agent/conftest
attempt gator go build gator github.com/open-policy-agent/gatekeeper/v3/cmd/gator
attempt kyverno go build kyverno github.com/kyverno/kyverno/cmd/cli/kubectl-kyverno
attempt kyverno-webhook go build_webhook
attempt parliament python3 sh tests/oracles/parliament/install.sh
attempt spark java sh tests/oracles/spark/install.sh
attempt azure cargo build_azure
