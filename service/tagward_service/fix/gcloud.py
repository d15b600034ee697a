"""The command that writes labels of a Google Cloud resource that `tagward fix apply` cannot write itself.

Every service has an API of its own for labels. The command line of Google speaks all of them, and writes
labels one by one under the fingerprint or etag that it has just read.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence

_PROJECT = r"projects/(?P<project>[^/]+)"
_PLACE = r"(?P<place>[^/]+)"
_AT = rf"(?:zones|regions|locations)/{_PLACE}"
_NAME = r"(?P<name>[^/]+)"

_COMMANDS: Mapping[str, str] = {
    f"compute/{_PROJECT}/zones/{_PLACE}/instances/{_NAME}": "compute instances update {name} --zone={place}",
    f"compute/{_PROJECT}/zones/{_PLACE}/disks/{_NAME}": "compute disks update {name} --zone={place}",
    f"compute/{_PROJECT}/regions/{_PLACE}/disks/{_NAME}": "compute disks update {name} --region={place}",
    f"compute/{_PROJECT}/global/snapshots/{_NAME}": "compute snapshots update {name}",
    f"compute/{_PROJECT}/global/images/{_NAME}": "compute images update {name}",
    f"storage/{_NAME}": "storage buckets update gs://{name}",
    f"container/{_PROJECT}/{_AT}/clusters/{_NAME}": "container clusters update {name} --location={place}",
    f"cloudsql/{_PROJECT}/instances/{_NAME}": "sql instances patch {name}",
    f"pubsub/{_PROJECT}/topics/{_NAME}": "pubsub topics update {name}",
    f"pubsub/{_PROJECT}/subscriptions/{_NAME}": "pubsub subscriptions update {name}",
    f"run/{_PROJECT}/{_AT}/services/{_NAME}": "run services update {name} --region={place}",
    f"dataproc/{_PROJECT}/{_AT}/clusters/{_NAME}": "dataproc clusters update {name} --region={place}",
    f"aiplatform/{_PROJECT}/{_AT}/endpoints/{_NAME}": "ai endpoints update {name} --region={place}",
    f"secretmanager/{_PROJECT}/secrets/{_NAME}": "secrets update {name}",
    f"artifactregistry/{_PROJECT}/{_AT}/repositories/{_NAME}": (
        "artifacts repositories update {name} --location={place}"
    ),
    f"redis/{_PROJECT}/{_AT}/instances/{_NAME}": "redis instances update {name} --region={place}",
}
"""What follows the host in the full name of a resource, and what follows `gcloud`."""

_DATASET = re.compile(rf"bigquery/{_PROJECT}/datasets/(?P<dataset>[^/]+)(?:/tables/(?P<table>[^/]+))?")
_FULL_NAME = re.compile(r"//([a-z]+)\.googleapis\.com/(.+)")


def command(resource: str, sets: Mapping[str, str], removes: Sequence[str] = ()) -> str:
    """Return the command for the labels of a resource, by its full name; "" where none is known."""
    host = _FULL_NAME.fullmatch(resource)
    if host is None:
        return ""
    name = f"{host[1]}/{host[2]}"
    dataset = _DATASET.fullmatch(name)
    if dataset:
        return _bq(dataset, sets, removes)
    for pattern, words in _COMMANDS.items():
        found = re.fullmatch(pattern, name)
        if found:
            return _gcloud(found, words, sets, removes)
    return ""


def _gcloud(found: re.Match[str], words: str, sets: Mapping[str, str], removes: Sequence[str]) -> str:
    parts = ["gcloud", *(word.format_map(found.groupdict()) for word in words.split())]
    if "project" in found.groupdict():
        parts.append(f"--project={found['project']}")
    if sets:
        parts.append(f"--update-labels={','.join(f'{key}={value}' for key, value in sorted(sets.items()))}")
    if removes:
        parts.append(f"--remove-labels={','.join(sorted(removes))}")
    return shlex.join(parts)


def _bq(found: re.Match[str], sets: Mapping[str, str], removes: Sequence[str]) -> str:
    parts = ["bq", "update"]
    for key, value in sorted(sets.items()):
        parts += ["--set_label", f"{key}:{value}"]
    for key in sorted(removes):
        parts += ["--clear_label", key]
    table = f".{found['table']}" if found["table"] else ""
    return shlex.join([*parts, f"{found['project']}:{found['dataset']}{table}"])
