"""Who wrote what: the file and the place behind each part of a merged policy, for diagnostics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from tagward.diagnostics import Diagnostic, Steps

if TYPE_CHECKING:
    from tagward.loading.chain import AnyDocument

Place: TypeAlias = "tuple[AnyDocument, Steps]"


class Authorship:
    """Remembers, file after file, which one wrote each part of a policy last."""

    def __init__(self) -> None:
        self._places: dict[Steps, Place] = {}
        self._exemptions: list[Place] = []
        self._forbidden: dict[tuple[str, str], Place] = {}
        self._listed: dict[str, bool] = {}

    def begin(self, document: AnyDocument) -> None:
        """Turn to the next file."""
        self._document = document
        self._places[()] = (document, ())

    def here(self, path: Steps, message: str, **details: Any) -> Diagnostic:
        """Build a diagnostic about a part of the file at hand."""
        return self._document.diagnostic(path, message, **details)

    def claim(self, *path: str | int) -> None:
        """Note that the file at hand writes a part of the policy."""
        self._places[path] = (self._document, path)

    def claim_requirements(self, tag_id: str, *, is_list: bool) -> None:
        """Note whether the requirements of a tag are written as a list, so that they can be pointed at."""
        self._listed[tag_id] = is_list

    def claim_forbidden(self, field: str, number: int, text: str) -> None:
        """Note where something is forbidden; the first file to say so counts."""
        self._forbidden.setdefault((field, text), (self._document, ("forbid", field, number)))

    def claim_exemption(self, number: int) -> None:
        """Note where the next exemption of the merged policy is written."""
        self._exemptions.append((self._document, ("exemptions", number)))

    def at(self, path: Steps, message: str, **details: Any) -> Diagnostic:
        """Build a diagnostic about a part of the merged policy, in the file that wrote it last."""
        for length in range(len(path), -1, -1):
            if path[:length] in self._places:
                return self._places[path[:length]][0].diagnostic(path, message, **details)
        raise LookupError(path)

    def at_exemption(self, number: int, path: Steps, message: str, **details: Any) -> Diagnostic:
        """Build a diagnostic about a part of an exemption, by its number in the merged policy."""
        document, place = self._exemptions[number]
        return document.diagnostic((*place, *path), message, **details)

    def at_forbidden(self, field: str, text: str, message: str, **details: Any) -> Diagnostic:
        """Build a diagnostic about an entry of `forbid`."""
        document, place = self._forbidden[field, text]
        return document.diagnostic(place, message, **details)

    def requirement(self, tag_id: str, number: int) -> Steps:
        """Return where a requirement of a tag is written."""
        path: Steps = ("tags", tag_id, "required")
        return (*path, number) if self._listed.get(tag_id) else path
