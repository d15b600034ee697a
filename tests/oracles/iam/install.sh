#!/bin/sh
# Install the engine under .tools/iam, from the lock file beside this script.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
place="$here/../../../.tools/iam"
mkdir -p "$place"
if cmp -s "$here/package-lock.json" "$place/package-lock.json" && [ -d "$place/node_modules" ]; then
    exit 0
fi
cp "$here/package.json" "$here/package-lock.json" "$place/"
npm ci --prefix "$place" --ignore-scripts --no-audit --no-fund --loglevel=error
