"""How AWS lists one type of resource, and where its ARN and its tags are: the words of the tables.

Operations, parameters and members are spelled as in the service models of botocore. A path walks through
an answer: `Reservations[].Instances[]`. A template is text with members of the item in braces:
`instance/{InstanceId}`; `{item}` is an item that is mere text, `{last}` what follows its last slash,
`{parent}` what it was listed under, `{arn}` its ARN.
"""

from collections.abc import Mapping

from msgspec import Struct

NOTHING: Mapping[str, str] = {}


class Inline(Struct, frozen=True):
    """The tags are in the list, at this path of an item."""

    path: str = "Tags"


class Asked(Struct, frozen=True):
    """The tags are asked for by resource, or by up to `many` at a time.

    `parameter` takes the template `value`, `answer` is where the tags are. Where `many` is more than one
    the parameter is a list, `answer` the path of one entry for each, `key` what names the resource there.
    """

    operation: str
    parameter: str
    answer: str
    value: str = "{arn}"
    many: int = 1
    key: str = ""
    untagged: str = ""
    """The error that says that there are none."""


class Detail(Struct, frozen=True):
    """A list that says too little: another call, which `parameters` make for one item, has the rest.

    `answer` is the path of the item there, "" the answer itself. An empty parameter is left out.
    """

    operation: str
    parameters: Mapping[str, str]
    answer: str = ""


Tagging = Inline | Asked


class Under(Struct, frozen=True):
    """What a type is listed under: every item of another list, given as `parameter`."""

    list: str
    items: str
    parameter: str


class Kind(Struct, frozen=True):
    """One type of resource.

    `arn` is a template: with `{` it is what follows `arn:PARTITION:SERVICE:REGION:ACCOUNT:` (all of it where
    it begins with `arn:`), else a member that holds a whole ARN. `detail` is asked for before either.
    `given` are parameters of the list; `skip` leaves out items by the values of a path (what was deleted,
    what AWS made by itself), in small letters; `owner` is the member with the account that owns it, where
    accounts share what they have.
    """

    type: str
    list: str
    items: str
    arn: str
    tags: Tagging | None = None
    given: Mapping[str, str | tuple[str, ...]] = NOTHING
    skip: Mapping[str, tuple[str, ...]] = {}
    owner: str = ""
    page: int = 0
    under: Under | None = None
    detail: Detail | None = None


class Api(Struct, frozen=True):
    """One API of AWS and what it lists.

    `prefix` begins its permissions, ARNs and types; `tags` and `page` are what its kinds do unless they say
    otherwise (`page` 0 leaves the size of a page to the service). `actions` are operations whose permission
    has another name.
    """

    client: str
    kinds: tuple[Kind, ...]
    prefix: str = ""
    tags: Tagging = Inline()
    page: int = 0
    actions: Mapping[str, str] = NOTHING

    @property
    def service(self) -> str:
        """The name of the service in ARNs, types and permissions."""
        return self.prefix or self.client

    def type_of(self, kind: Kind) -> str:
        """Return the tagward type."""
        return f"aws:{self.service}:{kind.type}"

    def tagging_of(self, kind: Kind) -> Tagging:
        """Say where the tags are."""
        return kind.tags or self.tags

    def permission(self, operation: str) -> str:
        """Return the permission that an operation asks for."""
        return f"{self.service}:{self.actions.get(operation, operation)}"

    def operations(self, kind: Kind) -> tuple[str, ...]:
        """List what is called to read a kind, in order."""
        tagging = self.tagging_of(kind)
        above = () if kind.under is None else (kind.under.list,)
        more = () if kind.detail is None else (kind.detail.operation,)
        asked = (tagging.operation,) if isinstance(tagging, Asked) else ()
        return (*above, kind.list, *more, *asked)
