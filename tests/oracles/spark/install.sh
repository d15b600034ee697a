#!/bin/sh
# Install Apache Spark in an environment of its own under .tools/spark, from the hashes beside this script.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
place="$here/../../../.tools/spark"
if cmp -s "$here/requirements.txt" "$place/requirements.txt"; then
    exit 0
fi
"${PYTHON:-python3}" -m venv "$place"
"$place/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$here/requirements.txt"
cp "$here/requirements.txt" "$place/"
