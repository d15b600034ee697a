"""Random policies over the whole language, as data and as models, and random resources near a policy.

The vocabulary is small on purpose: two draws often meet, so that rules apply, and often just miss. What is
drawn depends on a seed alone: that is many times faster than drawing every choice from Hypothesis, and a
failing seed is as good as a shrunk example where everything drawn is small.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any, TypeVar

import msgspec
from hypothesis import strategies as st

from tagward.diagnostics import Diagnostic
from tagward.language import read_shape
from tagward.loading.chain import Layer as PolicyLayer
from tagward.loading.checks import check
from tagward.loading.lock import Locked
from tagward.loading.merging import Merger
from tagward.loading.nearby import Nearby
from tagward.policy import CLOUDS, SURFACES, Allowed, Matches, Policy, Tag
from tagward.reading.yaml_reader import read_policy
from tagward.resource import Layer, Part, Resource, Taggability, TagValue, Unknown

T = TypeVar("T")

DAY = date(2026, 11, 21)
DATA = Path(__file__).parent / "data"

IDS = ("ml-team", "ml-kind", "ml-env", "ml-cost", "ml-run")
SPELLINGS = {
    "ml-team": {"aws": "Team", "azure": "Team", "gcp": "ml_team", "kubernetes": "example.com/team"},
    "ml-kind": {"azure": "MLKind", "gcp": "ml_kind"},
    "ml-env": {"aws": "Environment", "azure": "Environment"},
    "ml-cost": {"kubernetes": "example.com/cost"},
    "ml-run": {},
}
ALIASES = {"ml-team": ("team", "owner"), "ml-env": ("env", "stage"), "ml-run": ("run",)}
WORDS = ("train", "serve", "dev", "prod", "fraud", "x-1")
PATTERNS = ("[a-z][a-z0-9-]{1,8}", "(dev|prod)", "[0-9]{4}", "[A-Za-z0-9]+")
ACCOUNTS = ("111122223333", "444455556666", "team-project")
REGIONS = ("eu-west-1", "us-east-1")
NAMESPACES = ("prod-a", "dev-b", "kube-system")
NAMES = ("web", "db", "batch-1")
TYPES = {
    "aws": ("aws:ec2:instance", "aws:ec2:volume", "aws:s3:bucket"),
    "azure": ("azure:Microsoft.Compute/virtualMachines", "azure:Microsoft.Storage/storageAccounts"),
    "gcp": ("gcp:compute.googleapis.com/Instance", "gcp:storage.googleapis.com/Bucket"),
    "kubernetes": ("kubernetes:Pod", "kubernetes:apps/Deployment", "kubernetes:Service"),
}
NATIVE = {"aws:ec2:instance": "aws_instance", "aws:s3:bucket": "aws_s3_bucket"}
TYPE_GLOBS = (
    *(each for types in TYPES.values() for each in types),
    "aws:ec2:*",
    "kubernetes:*",
    "aws_instance",
)
FORBIDDEN = "AKIA[0-9A-Z]{4}"
SECRET = "AKIA12AB"
ODD_VALUES = ("", "  ", "tbd", "N/A", "PROD", "dev ", "old", "4711", "é", "a" * 70, SECRET)
ODD_KEYS = ("Name", "ml_team", "mlteam", "ML-Team", "TEAM", "ml-enw", "ml-runs", "aws:x", "db-password", "")


def seeded(make: Callable[[Random], T]) -> st.SearchStrategy[T]:
    """Draw a seed, and what is made from it."""
    return st.integers(0, 2**32).map(lambda seed: make(Random(seed)))


def policy_data() -> st.SearchStrategy[dict[str, Any]]:
    """Draw a policy file as data: its shape is right, its meaning mostly."""
    return seeded(random_policy_data)


def policies() -> st.SearchStrategy[Policy]:
    """Draw the model of a policy, sound or with rules that can never match."""
    return policy_data().map(lambda data: modelled(data).policy())


def sound_policies() -> st.SearchStrategy[Policy]:
    """Draw the model of a policy that the loader accepts."""
    return policy_data().filter(lambda data: not faults(data)).map(lambda data: modelled(data).policy())


def resources(policy: Policy) -> st.SearchStrategy[Resource]:
    """Draw a resource near a policy."""
    return seeded(lambda random: random_resource(random, policy))


def modelled(data: dict[str, Any], as_of: date = DAY) -> Merger:
    """Build the model of policy data, without a file; the merger holds the policy and what it said."""
    document = read_policy(msgspec.json.encode(data), "policy.yaml")
    merger = Merger(as_of)
    merger.add(
        PolicyLayer(Nearby(DATA, Locked(DATA / "policy.yaml")), document, read_shape(document.data), "0" * 64)
    )
    return merger


def faults(data: dict[str, Any], as_of: date = DAY) -> tuple[Diagnostic, ...]:
    """Return what the loader would refuse policy data for."""
    merger = modelled(data, as_of)
    return (*merger.diagnostics, *check(merger.policy(), merger))


def random_policy_data(random: Random) -> dict[str, Any]:
    """Make a policy file as data."""
    tags = random.sample(IDS, random.randint(1, 4))
    scopes = {name: random_selector(random) for name in random.sample(["prod", "lab"], random.randint(0, 2))}
    has_registry = random.random() < 0.5
    data: dict[str, Any] = {
        "apiVersion": "tagward/v1",
        "kind": "TagPolicy",
        "metadata": {"name": "random", "version": "1.0.0"},
        "tags": {tag: _tag(random, tag, tags, list(scopes), has_registry=has_registry) for tag in tags},
    }
    if scopes:
        data["scopes"] = scopes
    if has_registry:
        data["registries"] = {"teams": {"file": "teams.csv", "column": "slug", "until": "retired_on"}}
    return data | _rest(random, tags, list(scopes))


def random_selector(random: Random, scopes: Sequence[str] = ()) -> dict[str, Any]:
    """Make a selector as data."""
    fields: dict[str, Callable[[], Any]] = {
        "clouds": lambda: _globs(random, CLOUDS, "a*"),
        "types": lambda: _globs(random, TYPE_GLOBS),
        "accounts": lambda: _globs(random, ACCOUNTS, "1111*"),
        "regions": lambda: _globs(random, REGIONS, "eu-*"),
        "namespaces": lambda: _globs(random, NAMESPACES, "prod-*"),
        "addresses": lambda: _globs(random, ("aws_instance.web", "module.x.aws_instance.db"), "module.*"),
        "names": lambda: _globs(random, NAMES, "batch-?"),
    }
    if scopes:
        fields["scopes"] = lambda: _globs(random, scopes)
    return {name: fields[name]() for name in random.sample(list(fields), random.randint(1, 2))}


def _globs(random: Random, words: Sequence[str], *more: str) -> list[str]:
    every = [*words, *more]
    chosen = random.sample(every, random.randint(1, min(3, len(every))))
    return [f"!{word}" if random.random() < 0.25 else word for word in chosen]


def random_condition(random: Random, tags: Sequence[str], depth: int = 2) -> dict[str, Any]:
    """Make a condition on some of the tags, as data."""
    kind = random.choice(["tag", "tag", "not", "any", "all"]) if depth else "tag"
    if kind == "not":
        return {"not": random_condition(random, tags, depth - 1)}
    if kind != "tag":
        return {kind: [random_condition(random, tags, depth - 1) for _ in range(random.randint(1, 2))]}
    chosen = random.sample(list(tags), random.randint(1, min(2, len(tags))))
    return {tag: random.choice(WORDS) if random.random() < 0.3 else random.sample(WORDS, 2) for tag in chosen}


def random_day(random: Random) -> str:
    """Make a day near that of the tests, as policies write it."""
    return str(DAY + timedelta(days=random.choice([-400, -31, -1, 0, 1, 30, 31, 179])))


def _some_of(random: Random, share: float, **fields: Callable[[], Any]) -> dict[str, Any]:
    return {name.rstrip("_"): make() for name, make in fields.items() if random.random() < share}


def _requirement(random: Random, tag: str, tags: Sequence[str], scopes: Sequence[str]) -> dict[str, Any]:
    others = [each for each in tags if each != tag]
    return _some_of(
        random,
        0.5,
        on=lambda: random_selector(random, scopes),
        level=lambda: random.choice(["required", "recommended"]),
        **({"when": lambda: random_condition(random, others)} if others else {}),
    )


def _required(random: Random, tag: str, tags: Sequence[str], scopes: Sequence[str]) -> Any:
    kind = random.randrange(4)
    if kind < 2:
        return kind == 1
    if kind == 2:
        return _requirement(random, tag, tags, scopes)
    return [_requirement(random, tag, tags, scopes) for _ in range(random.randint(1, 3))]


def _stage(random: Random) -> dict[str, Any]:
    return {"mode": random.choice(["deny", "warn", "audit"])} | _some_of(
        random,
        0.4,
        from_=lambda: random_day(random),
        on=lambda: random.sample(SURFACES, random.randint(1, 3)),
    )


def _aliases(random: Random, tag: str) -> list[dict[str, Any]]:
    keys = random.sample(ALIASES.get(tag, ("older",)), 1) if random.random() < 0.5 else ALIASES.get(tag, ())
    return [{"key": key} | _some_of(random, 0.7, until=lambda: random_day(random)) for key in keys]


def _constraint(random: Random, *, has_registry: bool) -> dict[str, Any]:
    choices: list[dict[str, Any]] = [
        {},
        {"values": random.sample(WORDS, random.randint(1, 4))},
        {"pattern": random.choice(PATTERNS)},
    ]
    return random.choice([*choices, {"registry": "teams"}] if has_registry else choices)


def _tag(random: Random, tag: str, tags: Sequence[str], scopes: Sequence[str], *, has_registry: bool) -> Any:
    origins = ["provider", "resource-group", "subscription", "project", "namespace"]
    optional = _some_of(
        random,
        0.35,
        title=lambda: tag.title().replace("-", ""),
        description=lambda: "What it is for.",
        keys=lambda: {cloud: key for cloud, key in SPELLINGS[tag].items() if random.random() < 0.7},
        aliases=lambda: _aliases(random, tag),
        replaces=lambda: {"old": "dev"},
        inherit=lambda: random.sample(origins, random.randint(0, 3)),
        enforce=lambda: [_stage(random) for _ in range(random.randint(1, 3))],
        message=lambda: "See the wiki.",
    )
    required = {"required": _required(random, tag, tags, scopes)} if random.random() < 0.9 else {}
    return optional | required | _constraint(random, has_registry=has_registry)


def _exemptions(random: Random, tags: Sequence[str], scopes: Sequence[str]) -> list[dict[str, Any]]:
    return [
        {
            "id": name,
            "owner": "o@example.com",
            "reason": "vendor image",
            "expires": random_day(random),
            "tags": random.sample(list(tags), 1),
            "match": random_selector(random, scopes),
        }
        for name in random.sample(["EX-1", "EX-2"], random.randint(1, 2))
    ]


def _rest(random: Random, tags: Sequence[str], scopes: Sequence[str]) -> dict[str, Any]:
    defaults: dict[str, Callable[[], Any]] = {
        "unknown": lambda: random.choice(["pass", "warn", "fail"]),
        "placeholders": lambda: random.choice([[], ["tbd"], ["x-1"]]),
        "max_exemption_days": lambda: 365,
    }
    forbid: dict[str, Callable[[], Any]] = {
        "keys": lambda: ["*password*", "secret?"],
        "values": lambda: [FORBIDDEN],
    }
    limits: dict[str, Callable[[], Any]] = {
        "closed": lambda: random.random() < 0.5,
        "max_tags": lambda: random.randint(4, 6),
    }
    return _some_of(
        random,
        0.4,
        readiness=lambda: {
            "threshold": random.randint(0, 100),
            "measure": random.choice(["cost", "resources"]),
        },
        costs=lambda: {"shared": ["*Kubernetes*"], "without_resource": random.choice([[], ["Bedrock"]])},
        defaults=lambda: _some_of(random, 0.5, **defaults),
        forbid=lambda: _some_of(random, 0.7, **forbid),
        limits=lambda: _some_of(random, 0.6, **limits),
        exemptions=lambda: _exemptions(random, tags, scopes),
        targets=lambda: {"aws-scp": {"presence": "request-tag", "protect": False}},
    )


def random_tags(random: Random, policy: Policy, cloud: str) -> dict[str, TagValue]:
    """Make the tags of a resource: keys of the policy, older ones, misspelt ones, others."""
    near = {tag.keys[cloud]: tag for tag in policy.tags if cloud in tag.keys}
    aliases = [alias.key for tag in policy.tags for alias in tag.aliases]
    keys = [key for key in near if random.random() < 0.7]
    keys += [key for key in (*aliases, *ODD_KEYS) if random.random() < 0.12]
    random.shuffle(keys)
    if cloud == "azure":
        keys = list({key.lower(): key.upper() if random.random() < 0.2 else key for key in keys}.values())
    return {key: _value(random, near.get(key)) for key in keys}


def _value(random: Random, tag: Tag | None) -> TagValue:
    if random.random() < 0.1:
        return random.choice([Unknown("random_id.x.hex"), Unknown()])
    if random.random() < 0.3:
        return random.choice(ODD_VALUES)
    if tag is not None and isinstance(tag.constraint, Allowed):
        return random.choice(tag.constraint.values)
    if tag is not None and isinstance(tag.constraint, Matches):
        return random.choice(("dev", "4711", "prod"))
    return random.choice(WORDS)


def random_resource(random: Random, policy: Policy, *, plain: bool = False) -> Resource:
    """Make a resource near a policy; a plain one has its own tags and nothing else."""
    cloud = random.choice(CLOUDS)
    kind = random.choice(TYPES[cloud])
    name = random.choice(NAMES)
    tags = random_tags(random, policy, cloud)
    is_kubernetes = cloud == "kubernetes"
    return Resource(
        cloud=cloud,
        type=kind,
        native=NATIVE.get(kind, kind),
        address=random.choice([f"aws_instance.{name}", f"module.x.aws_instance.{name}"]),
        name=name,
        account="" if is_kubernetes else random.choice([*ACCOUNTS, None]),
        region="" if is_kubernetes else random.choice([*REGIONS, None]),
        namespace=random.choice([*NAMESPACES, None]) if is_kubernetes else "",
        place=random.choice(["tags", "metadata.labels"]),
        tags=tags,
        **({} if plain else _surroundings(random, policy, cloud, tags)),
    )


def _surroundings(random: Random, policy: Policy, cloud: str, tags: dict[str, TagValue]) -> dict[str, Any]:
    return {
        "origins": {key: "provider aws.alias" for key in tags if random.random() < 0.3},
        "open": _open(random),
        "inherited": tuple(_layer(random, policy, cloud) for _ in range(random.choice([0, 0, 1, 2]))),
        "parts": tuple(_part(random, policy, cloud) for _ in range(random.choice([0, 0, 1, 2]))),
        "own_billed": random.random() < 0.7,
        "sensitive": frozenset(key for key in tags if random.random() < 0.05),
        "taggability": Taggability(random.choice([True, True, True, True, False, None]), "drawn"),
    }


def _open(random: Random) -> Unknown | None:
    return random.choice([None, None, None, Unknown("var.tags"), Unknown()])


def _layer(random: Random, policy: Policy, cloud: str) -> Layer:
    origin = random.choice(["provider", "resource-group", "subscription", "project", "namespace"])
    return Layer(origin, "around", random_tags(random, policy, cloud))


def _part(random: Random, policy: Policy, cloud: str) -> Part:
    return Part(
        what=random.choice(["the root volume", "the pods"]),
        place=random.choice(["volume_tags", "template.labels"]),
        tags=random_tags(random, policy, cloud),
        open=_open(random),
        carries=random.random() < 0.3,
        type=random.choice(["", TYPES[cloud][1]]),
    )
