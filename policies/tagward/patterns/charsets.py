"""What each cloud allows as a tag key and as a tag value, with the reason when it does not."""

from __future__ import annotations

from collections.abc import Callable
from string import ascii_letters, ascii_lowercase, digits
from types import MappingProxyType

import msgspec

CLOUDS = ("aws", "azure", "gcp", "kubernetes")

SEPARATORS = frozenset(
    "\x20\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)
"""Unicode category Z, the only white space that AWS takes."""

AWS_ASCII = frozenset(ascii_letters + digits + " _.:/=+-@")
GCP_ASCII = frozenset(ascii_lowercase + digits + "_-")
KUBERNETES_ENDS = frozenset(ascii_letters + digits)
KUBERNETES_INSIDE = KUBERNETES_ENDS | frozenset("-_.")
DNS_INSIDE = frozenset(ascii_lowercase + digits + "-")
AZURE_KEY_FORBIDDEN = frozenset("<>%&\\?/")


class Limit(msgspec.Struct, frozen=True):
    """Fewest and most characters of a key or value."""

    least: int
    most: int


VALUE_LIMITS = MappingProxyType(
    {"aws": Limit(0, 256), "azure": Limit(0, 256), "gcp": Limit(0, 63), "kubernetes": Limit(0, 63)}
)
KEY_LIMITS = MappingProxyType({"aws": Limit(1, 128), "azure": Limit(1, 512), "gcp": Limit(1, 63)})


def legal_value(cloud: str, text: str) -> str | None:
    r"""Give the reason why the cloud refuses a tag value, None when it takes it.

    Sources: AWS Tagging API reference (256, `[\p{L}\p{Z}\p{N}_.:/=+\-@]*`); Azure Resource Manager tag
    limits (256); Google Cloud label requirements (63, `[\p{Ll}\p{Lo}\p{N}_-]*`); Kubernetes
    apimachinery `IsValidLabelValue` (63, `(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?`).
    """
    limit = VALUE_LIMITS[cloud]
    return _length(cloud, "value", text, limit) or _VALUE_CHECKS[cloud](text)


def legal_key(cloud: str, text: str) -> str | None:
    r"""Give the reason why the cloud refuses a tag key, None when it takes it.

    Sources as for values; AWS reserves the prefix `aws:` in any case; Azure forbids `<>%&\?/`; Google Cloud
    wants a lower-case or international letter first; Kubernetes takes `[prefix/]name` with a DNS-1123 prefix.
    """
    limit = KEY_LIMITS.get(cloud)
    return (_length(cloud, "key", text, limit) if limit else None) or _KEY_CHECKS[cloud](text)


def is_aws_character(character: str) -> bool:
    """Tell whether AWS takes a character in keys and values."""
    if character.isascii():
        return character in AWS_ASCII
    return character in SEPARATORS or _category(character)[0] in "LN"


def is_gcp_character(character: str) -> bool:
    """Tell whether Google Cloud takes a character in keys and values."""
    if character.isascii():
        return character in GCP_ASCII
    category = _category(character)
    return category in ("Ll", "Lo") or category[0] == "N"


def _category(character: str) -> str:
    from unicodedata import category

    return category(character)


def _length(cloud: str, what: str, text: str, limit: Limit) -> str | None:
    if limit.least <= len(text) <= limit.most:
        return None
    if not text:
        return f"{cloud} takes no empty {what}"
    return f"{cloud} takes at most {limit.most} characters in a {what}, this one has {len(text)}"


def _first_illegal(text: str, legal: frozenset[str], test: Callable[[str], bool]) -> str | None:
    if legal.issuperset(text):
        return None
    return next((character for character in text if not test(character)), None)


def _aws(text: str) -> str | None:
    illegal = _first_illegal(text, AWS_ASCII, is_aws_character)
    return illegal and f"aws takes letters, digits, spaces and `_.:/=+-@`, not {_name(illegal)}"


def _aws_key(text: str) -> str | None:
    if text[:4].lower() == "aws:":
        return "aws reserves keys that start with `aws:`"
    return _aws(text)


def _gcp(text: str) -> str | None:
    illegal = _first_illegal(text, GCP_ASCII, is_gcp_character)
    return illegal and f"gcp takes lower-case letters, digits, `_` and `-`, not {_name(illegal)}"


def _gcp_key(text: str) -> str | None:
    first = text[0]
    if first in "_-" or (is_gcp_character(first) and _category(first)[0] == "N"):
        return f"gcp wants a lower-case letter at the start of a key, not {_name(first)}"
    return _gcp(text)


def _azure(text: str) -> str | None:
    return f"azure takes only valid Unicode, not {_name(bad)}" if (bad := _surrogate(text)) else None


def _azure_key(text: str) -> str | None:
    illegal = next((character for character in text if character in AZURE_KEY_FORBIDDEN), None)
    if illegal:
        return f"azure takes none of `<>%&\\?/` in a key, not {_name(illegal)}"
    return _azure(text)


def _surrogate(text: str) -> str | None:
    if text.isascii():
        return None
    return next((character for character in text if "\ud800" <= character <= "\udfff"), None)


def _kubernetes(text: str) -> str | None:
    if illegal := _first_illegal(text, KUBERNETES_INSIDE, KUBERNETES_INSIDE.__contains__):
        return f"kubernetes takes ASCII letters, digits, `-`, `_` and `.`, not {_name(illegal)}"
    for end, place in ((text[:1], "start"), (text[-1:], "end")):
        if end and end not in KUBERNETES_ENDS:
            return f"kubernetes wants a letter or digit at the {place}, not {_name(end)}"
    return None


def _kubernetes_key(text: str) -> str | None:
    prefix, slash, name = text.rpartition("/")
    if slash and (reason := _dns_prefix(prefix)):
        return reason
    return _length("kubernetes", "key name", name, Limit(1, 63)) or _kubernetes(name)


def _dns_prefix(prefix: str) -> str | None:
    """Check the part before the `/`, a DNS-1123 subdomain of at most 253 characters."""
    if reason := _length("kubernetes", "key prefix", prefix, Limit(1, 253)):
        return reason
    for label in prefix.split("."):
        if not label or not DNS_INSIDE.issuperset(label) or label[0] == "-" or label[-1] == "-":
            return f"kubernetes wants a lower-case DNS name before the `/` of a key, not `{prefix}`"
    return None


def _name(character: str) -> str:
    return f"`{character}`" if character.isprintable() else f"U+{ord(character):04X}"


_VALUE_CHECKS: dict[str, Callable[[str], str | None]] = {
    "aws": _aws,
    "azure": _azure,
    "gcp": _gcp,
    "kubernetes": _kubernetes,
}
_KEY_CHECKS: dict[str, Callable[[str], str | None]] = {
    "aws": _aws_key,
    "azure": _azure_key,
    "gcp": _gcp_key,
    "kubernetes": _kubernetes_key,
}
