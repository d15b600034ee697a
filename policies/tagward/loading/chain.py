"""Finding and reading policy files: paths, packs, and everything they extend."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import msgspec

from tagward.diagnostics import Diagnostic, did_you_mean, in_order, quoted
from tagward.digest import sha256
from tagward.errors import PolicyError
from tagward.language import MAX_POLICY_BYTES, PolicyFile, read_shape
from tagward.loading.lock import Locked
from tagward.loading.nearby import Nearby
from tagward.loading.prepared import UnreadDocument, prepared_policy
from tagward.loading.remotes import Remote, RemoteError, Remotes

if TYPE_CHECKING:
    from tagward.reading.yaml_reader import Document

AnyDocument: TypeAlias = "Document | UnreadDocument"

PACKS = Path(__file__).parents[1] / "packs"
PACK = "pack:"
DEEPEST = 16


class Layer(NamedTuple):
    """One policy file of a chain: where it is, what it holds, and its typed form."""

    nearby: Nearby
    document: AnyDocument
    file: PolicyFile
    sha256: str

    @property
    def stem(self) -> str:
        """The name of the file, for a policy that has no name."""
        return Path(self.document.file).stem


def pack_names() -> tuple[str, ...]:
    """List the packs that ship with tagward."""
    return tuple(sorted(path.stem for path in PACKS.glob("*.yaml")))


def locate(source: str | Path) -> tuple[Path, str]:
    """Return the file of a policy source, and the name to show for it. Raises LookupError for a pack."""
    text = str(source)
    if not text.startswith(PACK):
        return Path(text), text
    name = text.removeprefix(PACK)
    if name not in pack_names():
        raise LookupError(name)
    return PACKS / f"{name}.yaml", text


def locked(source: str | Path) -> Locked:
    """Return what is locked for a policy. Raises PolicyError for a lock that cannot be read."""
    return Locked(PACKS / "_" if str(source).startswith(PACK) else Path(source))


def read_chain(source: str | Path, remotes: Remotes) -> tuple[Layer, ...]:
    """Read a policy and everything it extends, parents first, each file once. Raises PolicyError."""
    try:
        path, shown = locate(source)
    except LookupError as error:
        name = str(error.args[0])
        raise PolicyError([_no_pack(Diagnostic(str(source), 1, 1, ""), name)]) from None
    chain = _Chain()
    chain.add(Parent(path, shown), Nearby(path.parent, remotes), ())
    if chain.problems:
        raise PolicyError(in_order(chain.problems))
    return tuple(chain.layers)


class Parent(NamedTuple):
    """A policy file to be read, and the name to show for it."""

    place: Path | Remote
    shown: str

    @property
    def key(self) -> str:
        """What it has in common with every other name for the same file."""
        return self.place.url if isinstance(self.place, Remote) else str(self.place.resolve())


def _no_pack(at: Diagnostic, name: str) -> Diagnostic:
    close = did_you_mean(name, pack_names())
    return msgspec.structs.replace(
        at,
        message=f"there is no pack {quoted(name)}",
        hint=f"did you mean `{PACK}{close}`?" if close else None,
        accepted=tuple(PACK + each for each in pack_names()),
    )


class _Chain:
    """Follows `extends`, and goes on after a problem so that all are found."""

    def __init__(self) -> None:
        self.layers: list[Layer] = []
        self.problems: list[Diagnostic] = []
        self._seen: set[str] = set()

    def add(self, policy: Parent, nearby: Nearby, above: tuple[str, ...]) -> None:
        """Read a file, and first what it extends; `above` extend it. Raises RemoteError for itself."""
        content = _content(policy, nearby.remotes)
        try:
            layer = _layer(policy, content, nearby)
        except PolicyError as error:
            self.problems += error.diagnostics
            return
        for at, entry in _entries(layer):
            try:
                self._extend(_parent(entry, nearby, at), nearby, (*above, policy.key), at, entry)
            except RemoteError as error:
                self.problems.append(_said(at, str(error), error.hint))
            except PolicyError as error:
                self.problems += error.diagnostics
        self.layers.append(layer)

    def _extend(
        self, parent: Parent, nearby: Nearby, above: tuple[str, ...], at: Diagnostic, entry: str
    ) -> None:
        key = parent.key
        if key in above:
            raise PolicyError([_said(at, f"{quoted(entry)} extends itself")])
        if len(above) > DEEPEST:
            raise PolicyError([_said(at, f"more than {DEEPEST} policies extend one another")])
        if key not in self._seen:
            self._seen.add(key)
            self.add(parent, nearby.at(parent.place), above)


def _entries(layer: Layer) -> list[tuple[Diagnostic, str]]:
    extends = layer.file.extends
    if isinstance(extends, msgspec.UnsetType):
        return []
    if isinstance(extends, str):
        return [(layer.document.diagnostic(("extends",), ""), extends)]
    return [
        (layer.document.diagnostic(("extends", number), ""), entry) for number, entry in enumerate(extends)
    ]


def _said(at: Diagnostic, message: str, hint: str | None = None) -> Diagnostic:
    return msgspec.structs.replace(at, message=message, hint=hint)


def _parent(entry: str, nearby: Nearby, at: Diagnostic) -> Parent:
    if entry.startswith(PACK):
        try:
            return Parent(*locate(entry))
        except LookupError:
            raise PolicyError([_no_pack(at, entry.removeprefix(PACK))]) from None
    place = nearby.find(entry)
    if isinstance(place, Remote):
        return Parent(place, place.url)
    if not _is_file(place):
        raise PolicyError([_said(at, f"cannot read {quoted(entry)}: no such file")])
    return Parent(place, str(place))


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a name that no file can have: too long, or with a NUL in it
        return False


def _content(policy: Parent, remotes: Remotes) -> bytes:
    if isinstance(policy.place, Remote):
        return remotes.content(policy.place)
    try:
        with policy.place.open("rb") as stream:
            return stream.read(MAX_POLICY_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or "no file can have this name").lower()
        raise PolicyError([Diagnostic(policy.shown, 1, 1, f"cannot read the policy: {reason}")]) from None


def _layer(policy: Parent, content: bytes, nearby: Nearby) -> Layer:
    shown, place = policy.shown, policy.place
    if shown.startswith(PACK) and isinstance(place, Path):
        prepared = prepared_policy(place, content)
        if prepared is not None:
            return Layer(nearby, UnreadDocument(content, shown), prepared, sha256(content))
    from tagward.reading.yaml_reader import read_policy

    document = read_policy(content, shown)
    return Layer(nearby, document, _typed(document), sha256(content))


def _typed(document: Document) -> PolicyFile:
    try:
        return read_shape(document.data)
    except msgspec.ValidationError as error:
        from tagward.loading.explain import explain_shape
        from tagward.loading.schema import json_schema

        found = explain_shape(document, json_schema()) or (document.diagnostic((), str(error)),)
        raise PolicyError(found) from None
