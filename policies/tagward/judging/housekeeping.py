"""Rules on all the tags of a resource at once: forbidden keys and values, unknown keys, how many."""

from collections.abc import Iterable, Iterator

from tagward.findings import Code, Finding
from tagward.globs import Matcher, matcher
from tagward.judging.spelling import nearest, shorten
from tagward.patterns import compile_pattern
from tagward.policy import Policy
from tagward.resource import Resource, Tags

PLATFORM_PREFIXES = {"aws": ("aws:",), "azure": ("hidden-",), "gcp": ("goog-",), "kubernetes": ()}
"""Keys that the platform sets by itself; they are nobody's to choose."""

KUBERNETES_DOMAINS = ("kubernetes.io", "k8s.io")


def is_platform_key(cloud: str, key: str) -> bool:
    """Say whether a key belongs to the platform and not to its users."""
    if cloud == "kubernetes":
        return key.partition("/")[0].endswith(KUBERNETES_DOMAINS) and "/" in key
    return key.lower().startswith(PLATFORM_PREFIXES.get(cloud, ()))


def forbidden_keys(globs: tuple[str, ...], cloud: str) -> Matcher:
    """Compile the globs of forbidden keys for a cloud; Azure compares tag names without case."""
    if cloud != "azure":
        return matcher(globs)
    lowered = matcher(tuple(map(str.lower, globs)))
    return lambda key: lowered(key.lower())


class Housekeeping:
    """The policy's `forbid` and `limits`."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self._forbidden_values = tuple(map(compile_pattern, policy.forbidden_values))
        self._known: dict[str, frozenset[str]] = {}
        self.has_rules = bool(
            policy.forbidden_keys or policy.forbidden_values or policy.closed or policy.max_tags
        )

    def hidden(self, resource: Resource) -> frozenset[str]:
        """Return the keys whose values must not be shown: sensitive ones, and all that `forbid` matches."""
        if not (self._forbidden_values or self.policy.forbidden_keys):
            return resource.sensitive
        inherited = [(layer.name, layer.tags) for layer in resource.inherited]
        shown = [*_tags_at(resource), *inherited]
        is_forbidden = self._forbids_key(resource.cloud)
        keys = {key for _, tags in shown for key in tags if is_forbidden(key)}
        return resource.sensitive | keys | {key for _, key in self._with_forbidden_value(shown)}

    def hides(self, value: str) -> bool:
        """Say whether a value is of a forbidden form, so that it must not be shown."""
        return any(matches(value) for matches in self._forbidden_values)

    def judge(self, resource: Resource, findings: Iterable[Finding]) -> list[Finding]:
        """Return what is wrong with the tags as a whole."""
        reported = frozenset(finding.key for finding in findings)
        return [
            *self._forbidden(resource),
            *(self._unknown_keys(resource, reported) if self.policy.closed else ()),
            *self._too_many(resource),
        ]

    def _with_forbidden_value(self, tagged: Iterable[tuple[str, Tags]]) -> Iterator[tuple[str, str]]:
        for place, tags in tagged:
            for key, value in tags.items():
                if isinstance(value, str) and self.hides(value):
                    yield place, key

    def _forbids_key(self, cloud: str) -> Matcher:
        return forbidden_keys(self.policy.forbidden_keys, cloud)

    def _forbidden(self, resource: Resource) -> Iterator[Finding]:
        is_forbidden = self._forbids_key(resource.cloud)
        for place, key in _keys_at(resource):
            if is_forbidden(key):
                said = f"the key `{shorten(key)}` is forbidden"
                yield _finding(Code.FORBIDDEN, "forbid.keys", key, said, place, resource)
        for place, key in self._with_forbidden_value(_tags_at(resource)):
            said = f"the value of `{shorten(key)}` is of a forbidden form"
            yield _finding(Code.FORBIDDEN, "forbid.values", key, said, place, resource)

    def _unknown_keys(self, resource: Resource, reported: frozenset[str]) -> Iterator[Finding]:
        known = self._known_keys(resource.cloud)
        folds = resource.cloud == "azure"
        for place, key in _keys_at(resource):
            spelled = key.lower() if folds else key
            if spelled not in known and key not in reported and not is_platform_key(resource.cloud, key):
                close = nearest(key, sorted(known))
                hint = f"; did you mean `{close}`?" if close else ""
                said = f"the key `{shorten(key)}` is not in the policy{hint}"
                yield _finding(Code.FORBIDDEN, "limits.closed", key, said, place, resource)

    def _known_keys(self, cloud: str) -> frozenset[str]:
        if cloud not in self._known:
            keys = {
                key
                for tag in self.policy.tags
                if cloud in tag.keys
                for key in (tag.keys[cloud], *(alias.key for alias in tag.aliases))
            }
            self._known[cloud] = (
                frozenset(key.lower() for key in keys) if cloud == "azure" else frozenset(keys)
            )
        return self._known[cloud]

    def _too_many(self, resource: Resource) -> Iterator[Finding]:
        most = self.policy.max_tags
        if most is None:
            return
        own = [key for key in resource.tags if not is_platform_key(resource.cloud, key)]
        if len(own) > most:
            said = f"{len(own)} tags, more than the {most} that the policy allows"
            yield Finding(
                Code.TOO_MANY,
                "limits.max_tags",
                "",
                "",
                "error",
                "deny",
                "violation",
                said,
                f"remove {len(own) - most} from `{resource.place}`",
                resource,
            )


def _tags_at(resource: Resource) -> Iterator[tuple[str, Tags]]:
    """List (place, tags) of the resource and of its parts."""
    yield resource.place, resource.tags
    yield from ((part.place, part.tags) for part in resource.parts)


def _keys_at(resource: Resource) -> Iterator[tuple[str, str]]:
    return ((place, key) for place, tags in _tags_at(resource) for key in tags)


def _finding(code: Code, rule: str, key: str, said: str, place: str, resource: Resource) -> Finding:
    fix = f"remove `{shorten(key)}` from `{place}`"
    return Finding(code, rule, "", key, "error", "deny", "violation", said, fix, resource, places=(place,))
