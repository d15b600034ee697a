"""Inventories that are made up as they are read: any size, with faults where a test wants them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from threading import Event

from tagward.resource import Resource
from tagward_service.scan.interface import Found, Part
from tagward_service.sources.interface import NotEvaluated

GOOD = {
    "ml-team": "fraud-detection",
    "ml-project": "card-scoring",
    "ml-workload-type": "inference",
    "ml-environment": "prod",
}


def resource(part: Part, number: int) -> Resource:
    """Make one resource; every third has no team."""
    arn = f"arn:aws:ec2:{part.region}:{part.account}:volume/vol-{number:012x}"
    tags = {key: value for key, value in GOOD.items() if number % 3 or key != "ml-team"}
    return Resource(
        cloud="aws",
        type="aws:ec2:volume",
        native="AWS::EC2::Volume",
        address=arn,
        id=arn,
        account=part.account,
        region=part.region,
        tags=tags,
    )


class Generated:
    """A source with so many resources in each part; `fault` may raise instead of a resource."""

    cloud = "aws"

    def __init__(
        self,
        accounts: int = 2,
        regions: Sequence[str] = ("eu-west-1", "us-east-1"),
        each: int = 30,
        fault: Callable[[Part, int], Found | None] | None = None,
        unlisted: Sequence[NotEvaluated] = (),
    ) -> None:
        self.accounts = [f"{number:012}" for number in range(1, accounts + 1)]
        self.regions = regions
        self.each = each
        self.fault = fault
        self.unlisted = unlisted
        self.read_parts: list[Part] = []

    @property
    def scope(self) -> Mapping[str, str]:
        return {"organization": "o-generated"}

    def parts(self) -> Iterator[Part | NotEvaluated]:
        for account in self.accounts:
            for region in self.regions:
                yield Part(account, region, "ec2")
        yield from self.unlisted

    def read(self, part: Part, stop: Event) -> Iterator[Found]:
        self.read_parts.append(part)
        for number in range(self.each):
            if stop.is_set():
                return
            found = self.fault(part, number) if self.fault else None
            yield found or resource(part, number)
