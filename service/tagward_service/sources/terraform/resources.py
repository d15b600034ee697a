"""The resources of one plan or state, decoded one by one as they are taken."""

from collections.abc import Iterable, Iterator

from tagward.resource import Resource, TagValue
from tagward_service.sources.terraform.decoding import FAILURES, refusal
from tagward_service.sources.terraform.kinds import Kinds, provider_of
from tagward_service.sources.terraform.layers import Layers
from tagward_service.sources.terraform.schema import ResourceChange
from tagward_service.sources.terraform.types import Context

SIBLINGS = 500
"""How many resources are looked at to learn default tags that the configuration does not spell out."""


class Resources(Iterable[Resource]):
    """The resources of one file; they can be taken more than once."""

    def __init__(self, context: Context, changes: list[ResourceChange], wanted: list[ResourceChange]) -> None:
        self._context = context
        self._wanted = wanted
        self._kinds = Kinds()
        self._settled = not context.configuration.unsettled
        context.layers = Layers(changes, self._read, context.configuration)

    def __iter__(self) -> Iterator[Resource]:
        """Yield the resources; raise InputError where one turns out not to be what it should be."""
        kinds, context = self._kinds, self._context
        change = None
        try:
            if not self._settled:
                self._settle()
            for change in self._wanted:
                yield kinds[change.type, change.provider_name].read(change, context)
        except FAILURES as error:
            what = f"`{change.address}`" if change else "the configuration"
            raise refusal(error, context.file, what) from error

    def _read(self, change: ResourceChange) -> Resource:
        return self._kinds[change.type, change.provider_name].read(change, self._context)

    def _settle(self) -> None:
        """Learn the default tags that a provider takes from expressions from resources that show them.

        A resource that sets no tags itself shows all of them; the others all but those that they override.
        """
        self._settled = True
        configuration = self._context.configuration
        shown: dict[str, dict[str, TagValue]] = {}
        whole: set[str] = set()
        for change in self._wanted[:SIBLINGS]:
            key = configuration.provider(provider_of(change.type, change.provider_name), change).key
            if key in configuration.unsettled:
                resource = self._read(change)
                if resource.origins and not resource.open:
                    given = {name: resource.tags[name] for name in resource.origins}
                    shown.setdefault(key, {}).update(given)
                    whole |= {key} if len(given) == len(resource.tags) else set()
        for key, tags in shown.items():
            configuration.settle(key, tags, whole=key in whole)
