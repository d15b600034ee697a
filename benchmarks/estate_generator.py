"""A generated estate: parts and resources with realistic ids and tags, a third of them violating."""

from collections.abc import Iterator

from tagward.resource import Resource
from tagward_service.scan.interface import Part

PER_PART = 1_000
REGIONS = ("eu-west-1", "us-east-1", "us-west-2", "ap-south-1")
TYPES = ("instance", "volume", "network-interface", "snapshot", "security-group")
TEAMS = tuple(f"team-{number:02}" for number in range(40))
WORKLOADS = ("inference", "training", "data-processing", "notebook")
ENVIRONMENTS = ("prod", "dev", "staging")


def parts(resources: int) -> list[Part]:
    """List the parts of an estate: accounts and regions, a thousand resources in each."""
    return [
        Part(f"{100_000_000_000 + number // len(REGIONS)}", REGIONS[number % len(REGIONS)], "ec2")
        for number in range(-(-resources // PER_PART))
    ]


def read(part: Part, seed: int, count: int = PER_PART) -> Iterator[Resource]:
    """Make the resources of a part, the same each time."""
    for number in range(count):
        unique = (seed * PER_PART + number) * 2_654_435_761 % (1 << 40)
        kind = TYPES[number % len(TYPES)]
        arn = f"arn:aws:ec2:{part.region}:{part.account}:{kind}/{kind[0]}-{unique:017x}"
        yield Resource(
            cloud="aws",
            type=f"aws:ec2:{kind}",
            address=arn,
            native="AWS::EC2::Instance",
            id=arn,
            name=f"{kind}-{unique:x}",
            account=part.account,
            region=part.region,
            namespace="",
            tags=tags(number, unique),
        )


def tags(number: int, unique: int) -> dict[str, str]:
    """Make tags; those of every third resource break three or four rules, each in one of four ways."""
    made = {
        "Name": f"node-{unique:x}",
        "ml-team": TEAMS[unique % len(TEAMS)],
        "ml-project": f"project-{unique % 500}",
        "ml-workload-type": WORKLOADS[number % len(WORKLOADS)],
        "ml-environment": ENVIRONMENTS[number % len(ENVIRONMENTS)],
        "ml-experiment-id": f"exp-{unique % 100_000}",
        "cost-center": f"cc-{unique % 1000:04}",
    }
    if number % 3 == 1:
        _break(made, number // 3 % 4, unique)
    return made


def _break(made: dict[str, str], way: int, unique: int) -> None:
    if way == 0:
        for key in [key for key in made if key.startswith("ml-")]:
            del made[key]
    elif way == 1:
        made |= {"ml-environment": "production", "ml-project": "tbd", "ml-workload-type": "serving"}
    elif way == 2:
        made["Ml-Team"] = made.pop("ml-team")
        del made["ml-project"], made["ml-environment"]
    else:
        made |= {"ml-team": f"Team {unique % 300}", "ml-project": "", "ml-environment": "qa"}
