"""The configuration inside a plan: what providers add, and which expressions decide a value."""

import re
from typing import NamedTuple

from msgspec import Raw, Struct, json

from tagward.resource import NO_TAGS, Tags, Unknown
from tagward_service.sources.terraform.labels import strings
from tagward_service.sources.terraform.schema import EMPTY, ConfigurationFile, Json, ResourceChange

_INDEX = re.compile(r'\[(?:"(?:[^"\\]|\\.)*"|\d+)\]')
_ROOT_VARIABLE = re.compile(r"var\.([^.\[]+)")
_ROLE = re.compile(r"arn:[^:]*:iam::(\d{12}):")
_REGION = re.compile(r"[a-z]+(?:-[a-z]+)+-?\d+")


class Provider(NamedTuple):
    """What one provider configuration gives to its resources."""

    key: str
    origin: str
    tags: Tags = NO_TAGS
    open: Unknown | None = None
    computed: bool = False
    """True when more than input variables decide the default tags, so that a plan may not know them."""
    region: str | None = None
    account: str | None = None


def _attribute(name: object) -> str:
    """Return the argument by which a provider is given the tags that it adds."""
    return "default_labels" if name in ("google", "google-beta") else "default_tags"


class _Resource(Struct, gc=False):
    address: str = ""
    provider_config_key: str = ""
    expressions: Raw = EMPTY


class _Module(Struct):
    resources: list[_Resource] = []
    module_calls: "dict[str, _Call]" = {}


class _Call(Struct):
    module: _Module | None = None
    expressions: Raw = EMPTY


class _Variable(Struct):
    value: Json = None


_MODULE = json.Decoder(_Module)
_VARIABLES = json.Decoder(dict[str, _Variable])
_EXPRESSIONS = json.Decoder(dict[str, Json])


class Configuration:
    """The `configuration` and `variables` of a plan, decoded only as far as somebody asks."""

    def __init__(self, file: ConfigurationFile, variables: Raw) -> None:
        self._variables = variables
        self._root_module = file.root_module
        self._providers = {
            key: self._read_provider(key, config)
            for key, config in file.provider_config.items()
            if isinstance(config, dict) and (":" not in key or config.get("expressions"))
        }
        self._only = self._sole_providers()
        self.unsettled = {key for key, provider in self._providers.items() if provider.open}
        self._resources: dict[str, _Resource] | None = None
        self._calls: dict[str, _Call] = {}

    def provider(self, name: str, change: ResourceChange) -> Provider:
        """Return the configuration of provider `name` that plans this resource."""
        only = self._only.get(name)
        if only is not None:
            return only
        if name not in self._names:
            return self._only.setdefault(name, self._by_key(name))
        resource = self._resource(change)
        return self._by_key(
            resource.provider_config_key if resource and resource.provider_config_key else name
        )

    def settle(self, key: str, tags: Tags, *, whole: bool) -> None:
        """Note default tags that resources show; `whole` says that there are no more than these."""
        provider = self._providers[key]
        known = provider._replace(tags=tags, computed=False, open=None if whole else provider.open)
        self._providers[key] = known
        self._only = self._sole_providers()
        self.unsettled.discard(key)

    def cause(self, change: ResourceChange, *path: str) -> Unknown | None:
        """Name the expressions that decide an attribute; None when the resource does not set it at all."""
        resource = self._resource(change)
        if resource is None:
            return Unknown()
        expressions: Json = _EXPRESSIONS.decode(resource.expressions) if resource.expressions else {}
        found = _at(expressions, path)
        if found is None:
            return None
        return Unknown(", ".join(self._narrowed(_references(found), _module_of(change))))

    def references(self, change: ResourceChange, *path: str) -> list[str]:
        """List the full addresses that an attribute's expression mentions."""
        cause = self.cause(change, *path)
        return cause.because.split(", ") if cause and cause.because else []

    def _sole_providers(self) -> dict[str, Provider]:
        """Map each provider that has a single configuration, the plain one of the root module, to it."""
        keys: dict[str, list[str]] = {}
        for key in self._providers:
            keys.setdefault(key.rsplit(":", 1)[-1].split(".", 1)[0], []).append(key)
        self._names = set(keys)
        return {name: self._providers[name] for name, found in keys.items() if found == [name]}

    def _by_key(self, key: str) -> Provider:
        module, _, name = key.rpartition(":")
        while module and f"{module}:{name}" not in self._providers:
            module = module.rpartition(".module.")[0]
        found = self._providers.get(f"{module}:{name}" if module else name)
        # What the configuration leaves out, the environment may set: credentials, a region, tags to add.
        return found or Provider("", f"provider {_attribute(name)}")

    def _read_provider(self, key: str, config: dict[str, Json]) -> Provider:
        expressions = config.get("expressions")
        expressions = expressions if isinstance(expressions, dict) else {}
        name, alias = config.get("name"), config.get("alias")
        attribute = _attribute(name)
        tags, unknown, computed = self._defaults(expressions.get(attribute))
        region = self._constant(expressions.get("region"))
        return Provider(
            key,
            f"provider {name}.{alias} {attribute}" if alias else f"provider {attribute}",
            tags,
            unknown,
            computed,
            region if isinstance(region, str) and _REGION.fullmatch(region) else None,
            self._account(expressions),
        )

    def _defaults(self, expression: Json) -> tuple[Tags, Unknown | None, bool]:
        """Return the certain default tags, why there may be more, and whether the plan may not know them."""
        if isinstance(expression, list):
            expression = expression[0].get("tags") if expression and isinstance(expression[0], dict) else None
        if not isinstance(expression, dict):
            return NO_TAGS, None, False
        value = self._constant(expression)
        tags = strings(value) if isinstance(value, dict) else NO_TAGS
        if "constant_value" in expression:
            return tags, None, False
        references = self._narrowed(_references(expression), "")
        computed = not references or any(not _ROOT_VARIABLE.match(each) for each in references)
        return tags, Unknown(", ".join(references)), computed

    def _account(self, expressions: dict[str, Json]) -> str | None:
        for name in ("project", "subscription_id"):
            value = self._constant(expressions.get(name))
            if isinstance(value, str):
                return value
        allowed = self._constant(expressions.get("allowed_account_ids"))
        if isinstance(allowed, list) and len(allowed) == 1 and isinstance(allowed[0], str):
            return allowed[0]
        role = self._constant(_at(expressions, ("assume_role", "role_arn")))
        found = _ROLE.match(role) if isinstance(role, str) else None
        return found[1] if found else None

    def _constant(self, expression: Json) -> Json:
        """Return the value of a constant, or of an expression that is no more than one input variable."""
        if isinstance(expression, list):
            expression = expression[0] if len(expression) == 1 else None
        if not isinstance(expression, dict):
            return None
        if "constant_value" in expression:
            return expression["constant_value"]
        references = expression.get("references")
        if not isinstance(references, list) or len(references) != 1 or not isinstance(references[0], str):
            return None
        variable = _ROOT_VARIABLE.fullmatch(references[0])
        if variable is None or not self._variables:
            return None
        return _VARIABLES.decode(self._variables).get(variable[1], _Variable()).value

    def _resource(self, change: ResourceChange) -> _Resource | None:
        if self._resources is None:
            self._resources = self._index()
        return self._resources.get(_INDEX.sub("", change.address))

    def _index(self) -> dict[str, _Resource]:
        """Map each resource's full address, without instance keys, to its configuration."""
        found: dict[str, _Resource] = {}
        pending = [("", _MODULE.decode(self._root_module))] if self._root_module else []
        while pending:
            prefix, module = pending.pop()
            found |= {prefix + resource.address: resource for resource in module.resources}
            for name, call in module.module_calls.items():
                path = f"{prefix}module.{name}"
                self._calls[path] = call
                pending.append((f"{path}.", call.module or _Module()))
        return found

    def _narrowed(self, references: list[str], module: str) -> list[str]:
        """Keep what can be unknown: the longest form of each reference, without the variables of the root."""
        longest = [
            each
            for each in dict.fromkeys(references)
            if not any(other.startswith((f"{each}.", f"{each}[")) for other in references)
        ]
        full = list(dict.fromkeys(found for each in longest for found in self._followed(each, module)))
        return [each for each in full if not each.startswith("var.")] or full

    def _followed(self, reference: str, module: str) -> list[str]:
        """Follow a module's variable to what its caller passes; return full addresses."""
        if not module:
            return [reference]
        variable = _ROOT_VARIABLE.match(reference)
        call = self._calls.get(module)
        if variable and call:
            passed = _EXPRESSIONS.decode(call.expressions) if call.expressions else {}
            references = _references(passed.get(variable[1]))
            return self._narrowed(references, _parent(module)) or [f"{module}.{reference}"]
        return [reference if reference.startswith(("each.", "count.")) else f"{module}.{reference}"]


def _module_of(change: ResourceChange) -> str:
    return _INDEX.sub("", change.module_address or "")


def _parent(module: str) -> str:
    return module.rpartition(".module.")[0]


def _at(expression: Json, path: tuple[str, ...]) -> Json:
    """Return what lies at a path of block and attribute names; for repeated blocks, the list of it."""
    for name in path:
        if isinstance(expression, list):
            inner = [each[name] for each in expression if isinstance(each, dict) and name in each]
            expression = [each for found in inner for each in (found if type(found) is list else [found])]
            expression = expression or None
        elif isinstance(expression, dict):
            expression = expression.get(name)
        else:
            return None
    return expression


def _references(expression: Json) -> list[str]:
    """Collect the references anywhere in an expression, in their order."""
    found: list[str] = []
    pending = [expression]
    while pending:
        node = pending.pop()
        if isinstance(node, list):
            pending += reversed(node)
        elif isinstance(node, dict):
            references = node.get("references")
            if isinstance(references, list):
                found += [each for each in references if isinstance(each, str)]
            pending += [value for key, value in node.items() if key not in ("references", "constant_value")]
    return found
