#!/bin/sh
# Build kube-apiserver and etcd into .tools/kubebuilder, from the modules that go.sum beside this script pins.
# It takes about six minutes of a processor and two gigabytes, once.
set -eu
cd "$(dirname "$0")"
place=../../../.tools/kubebuilder
if [ -x $place/kube-apiserver ] && cmp -s go.sum $place/go.sum; then exit 0; fi
command -v go > /dev/null || { echo "go is not installed: install Go 1.26 or newer, or set KUBEBUILDER_ASSETS"; exit 2; }
mkdir -p $place

kubernetes=$(sed -n 's/^.*k8s.io\/kubernetes v\([0-9.]*\).*$/\1/p' go.mod)
minor=${kubernetes#*.}
stamp=k8s.io/component-base/version
export GOFLAGS=-mod=readonly
nice go build -trimpath -ldflags=-s -o $place/etcd go.etcd.io/etcd/server/v3
nice go build -trimpath -o $place/kube-apiserver -ldflags="-s -X $stamp.gitVersion=v$kubernetes \
    -X $stamp.gitMajor=${kubernetes%%.*} -X $stamp.gitMinor=${minor%%.*}" k8s.io/kubernetes/cmd/kube-apiserver
cp go.sum $place/
