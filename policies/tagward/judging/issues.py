"""Turning what is wrong with one tag of one resource into findings: message, fix, severity, status."""

from msgspec import Struct
from msgspec.structs import replace

from tagward.findings import SEVERITIES, SEVERITY, Code, Finding
from tagward.judging.carriers import Carrier, Found
from tagward.judging.presence import Need
from tagward.judging.spelling import shorten
from tagward.judging.values import Fault, one_of
from tagward.policy import Allowed, Matches, Tag
from tagward.resource import Resource, Unknown

ON_UNKNOWN = {"pass": "info", "warn": "warning", "fail": "error"}


ANY_VALUE = Need("required", rule="value")
"""The need behind the value rule, which holds wherever the tag is."""

_IN_HCL = "kubernetes_"
"""How Terraform's types of Kubernetes objects begin that are no YAML."""

MOST_NAMED = 10
"""So many places are named in a message; `Finding.places` has all of them."""


class Issue(Struct, frozen=True):
    """One thing wrong in one place; `do` is the fix without the place."""

    code: Code
    rule: str
    key: str
    said: str
    do: str
    status: str
    severity: str
    place: str
    what: str
    value: str | None = None
    source: str | None = None


class Issues:
    """Collects the issues of one tag on one resource."""

    def __init__(
        self, tag: Tag, mode: str, on_unknown: str, resource: Resource, hidden: frozenset[str]
    ) -> None:
        self.tag = tag
        self.mode = mode
        self.on_unknown = on_unknown
        self.resource = resource
        self.hidden = hidden
        self._issues: list[Issue] = []

    def __bool__(self) -> bool:
        return bool(self._issues)

    def findings(self) -> list[Finding]:
        """Return one finding for each thing that is wrong, however many places it is wrong in."""
        grouped: dict[Issue, list[Issue]] = {}
        for issue in self._issues:
            grouped.setdefault(replace(issue, place="", what=""), []).append(issue)
        return [self._finding(same) for same in grouped.values()]

    def _finding(self, same: list[Issue]) -> Finding:
        issue = same[0]
        what = [each.what or "the resource" for each in same]
        where = f" on {_listed(what)}" if any(each.what for each in same) else ""
        fix = issue.do.replace("{place}", _listed([f"`{each.place}`" for each in same]))
        if self.tag.message and issue.status != "notice":
            fix = f"{fix}. {self.tag.message}" if fix else self.tag.message
        return Finding(
            issue.code,
            f"{self.tag.id}/{issue.rule}",
            self.tag.id,
            issue.key,
            issue.severity,
            self.mode,
            issue.status,
            issue.said.replace("{where}", where),
            fix,
            self.resource,
            issue.value,
            issue.source,
            tuple(each.place for each in same),
        )

    def missing(self, key: str, wanted: Need, carrier: Carrier) -> None:
        """The tag is not there."""
        because = f", required because {wanted.because}" if wanted.because and not wanted.doubt else ""
        said = f"`{key}` is missing{{where}}{because}"
        self._fault(Code.MISSING, wanted, key, said, self._add(key), carrier)

    def blank(self, found: Found, fault: Fault, wanted: Need, carrier: Carrier) -> None:
        """The tag is there and says nothing."""
        shown = "" if fault.said == "blank" or found.key in self.hidden else f" {self._shown(found)}"
        said = f"`{found.key}` is {fault.said}{shown}{{where}}, which counts as missing"
        self._fault(Code.BLANK, wanted, found.key, said, self._set(found.key), carrier, found)

    def misspelt(self, key: str, expected: str, wanted: Need, carrier: Carrier) -> None:
        """The tag is there under a key that is nearly right."""
        said = f"`{shorten(key)}` is misspelt{{where}}: the key is `{expected}`"
        fix = f"rename `{shorten(key)}` to `{expected}` in {{place}}"
        self._fault(Code.MISSPELT, wanted, key, said, fix, carrier)

    def alias_expired(self, found: Found, expected: str, wanted: Need, carrier: Carrier) -> None:
        """The tag is there under an older key that does not count any more."""
        until = found.alias.until if found.alias else None
        said = f"`{found.key}` has not counted as `{expected}` since {until}{{where}}"
        fix = f"rename `{found.key}` to `{expected}` in {{place}}"
        self._fault(Code.DEPRECATED, wanted, found.key, said, fix, carrier, found)

    def alias_accepted(self, found: Found, expected: str, carrier: Carrier) -> None:
        """The tag is there under an older key that still counts."""
        until = found.alias.until if found.alias else None
        term = f" until {until}" if until else ""
        said = f"`{found.key}` is an older key for `{expected}`{{where}}, accepted{term}"
        fix = f"rename `{found.key}` to `{expected}` in {{place}}"
        self._add_issue(Code.DEPRECATED, "alias", found.key, said, fix, "notice", "info", carrier, found)

    def not_propagated(self, key: str, wanted: Need, part: Carrier) -> None:
        """The tag is on the resource and does not reach what is billed."""
        said = f"`{key}` is set but does not reach the bill{{where}}"
        fix = f"set `{key}` in {{place}} too"
        self._fault(Code.NOT_PROPAGATED, wanted, key, said, fix, part)

    def wrong_value(self, found: Found, fault: Fault, carrier: Carrier) -> None:
        """The tag is there with a value that is not accepted."""
        said = f"`{found.key}` is {self._shown(found)}{{where}}, {fault.said}"
        fix = self._set(found.key, None if found.key in self.hidden else fault.use)
        status, severity = "violation", SEVERITY[self.mode]
        self._add_issue(fault.code, fault.rule, found.key, said, fix, status, severity, carrier, found)

    def unknown_value(self, found: Found, carrier: Carrier) -> None:
        """The tag is there with a value that nobody knows yet."""
        because = found.value.because if isinstance(found.value, Unknown) else ""
        said = f"the value of `{found.key}` is not known until apply{{where}}{_decided(because)}"
        fix = "check it after the apply, or use a value known in the plan"
        self._doubt(ANY_VALUE, found.key, said, fix, carrier)

    def perhaps_missing(self, key: str, unknown: Unknown, wanted: Need, carrier: Carrier) -> None:
        """Nobody can tell yet whether the tag is there."""
        nor = ", nor whether it is required" if wanted.doubt else ""
        said = f"`{key}` is not known until apply{{where}}{nor}{_decided(unknown.because)}"
        fix = f"set `{key}` in {{place}} from something known in the plan"
        self._doubt(replace(wanted, doubt=""), key, said, fix, carrier)

    def _fault(
        self,
        code: Code,
        wanted: Need,
        key: str,
        said: str,
        fix: str,
        carrier: Carrier,
        found: Found | None = None,
    ) -> None:
        severity = SEVERITY[self.mode]
        if wanted.doubt:
            self._doubt(wanted, key, said, fix, carrier)
        elif wanted.level == "recommended":
            quiet = min(severity, "warning", key=SEVERITIES.index)
            self._add_issue(code, wanted.rule, key, said, fix, "recommended", quiet, carrier, found)
        else:
            self._add_issue(code, wanted.rule, key, said, fix, "violation", severity, carrier, found)

    def _doubt(self, wanted: Need, key: str, said: str, fix: str, carrier: Carrier) -> None:
        if wanted.doubt:
            said = f"{said}; whether it is required cannot be told: {wanted.doubt}"
        loudest = "warning" if wanted.level == "recommended" else "error"
        status = "recommended" if wanted.level == "recommended" else "unknown"
        severity = min(SEVERITY[self.mode], ON_UNKNOWN[self.on_unknown], loudest, key=SEVERITIES.index)
        self._add_issue(Code.UNKNOWN, wanted.rule, key, said, fix, status, severity, carrier, None)

    def _add_issue(
        self,
        code: Code,
        rule: str,
        key: str,
        said: str,
        fix: str,
        status: str,
        severity: str,
        carrier: Carrier,
        found: Found | None,
    ) -> None:
        value = found.value if found and isinstance(found.value, str) and key not in self.hidden else None
        self._issues.append(
            Issue(
                code,
                rule,
                key,
                said,
                fix,
                status,
                severity,
                carrier.place,
                carrier.what,
                value,
                found.origin if found else None,
            )
        )

    def _shown(self, found: Found) -> str:
        if found.key in self.hidden or not isinstance(found.value, str):
            return "a value that is not shown"
        return f"`{shorten(found.value)}`"

    def _add(self, key: str) -> str:
        return f"add {self._assignment(key)} to {{place}}"

    def _set(self, key: str, use: str | None = None) -> str:
        return f"set {self._assignment(key, use)} in {{place}}"

    def _assignment(self, key: str, use: str | None = None) -> str:
        """Write the tag as its language does: HCL, or YAML."""
        yaml = self.resource.cloud == "kubernetes" and not self.resource.native.startswith(_IN_HCL)
        value = use or self._example()
        if value is None:
            return f"`{key}`{self._choice()}"
        return f"`{key}: {value}`" if yaml else f'`{key} = "{value}"`'

    def _example(self) -> str | None:
        if self.tag.example:
            return self.tag.example
        match self.tag.constraint:
            case Allowed(values) if len(values) == 1:
                return values[0]
        return None

    def _choice(self) -> str:
        match self.tag.constraint:
            case Allowed(values):
                return f" (one of {one_of(values)})"
            case Matches(pattern):
                return f" (of the form `{shorten(pattern)}`)"
        return ""


def _decided(because: str) -> str:
    return f": {because} decides it" if because else ""


def _listed(words: list[str]) -> str:
    if len(words) < 2:
        return "".join(words)
    if len(words) > MOST_NAMED:
        return f"{', '.join(words[: MOST_NAMED - 1])} and {len(words) - MOST_NAMED + 1} more"
    return f"{', '.join(words[:-1])} and {words[-1]}"
