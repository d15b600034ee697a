"""Types of resources, told by their ids: names of AWS, ids of Azure, full resource names of Google Cloud."""

from __future__ import annotations

from typing import Any

PREFIXES = {
    "i-": "aws:ec2:instance",
    "vol-": "aws:ec2:volume",
    "snap-": "aws:ec2:snapshot",
    "nat-": "aws:ec2:natgateway",
    "eni-": "aws:ec2:network-interface",
    "ami-": "aws:ec2:image",
}
"""How short ids of AWS begin."""

NAMELESS = {"s3": "bucket", "sns": "topic", "sqs": "queue"}
"""Services of AWS whose ARNs do not name the type."""

ARN = "^arn:[^:]*:([^:]*):[^:]*:[^:]*:([^:/]+)[:/]"
NESTED = "^.*/providers/([^/]+)/([^/]+)/[^/]+/([^/]+)/[^/]+$"
PLAIN = "^.*/providers/([^/]+)/([^/]+)/[^/]+$"
GOOGLE = "^//([^/]+)/.*/([A-Za-z]+)/[^/]+$"


def type_of(lines: Any) -> Any:
    """Return the tagward type of what each line bills, "" where its id does not tell."""
    import ibis

    ids = lines.resource_id.fill_null("")
    return (
        ibis.cases(
            (lines.cloud == "aws", _aws(ids)),
            (lines.cloud == "azure", _azure(ids)),
            (lines.cloud == "gcp", _google(ids)),
            else_="",
        )
        .fill_null("")
        .name("type")
    )


def _aws(ids: Any) -> Any:
    import ibis

    nameless = (
        (ids.re_search(f"^arn:[^:]*:{service}:"), f"aws:{service}:{kind}")
        for service, kind in NAMELESS.items()
    )
    short = ((ids.startswith(prefix), kind) for prefix, kind in PREFIXES.items())
    named = (ids.re_search(ARN), _joined("aws:", ids.re_extract(ARN, 1), ":", ids.re_extract(ARN, 2)))
    return ibis.cases(*nameless, named, *short, else_="")


def _azure(ids: Any) -> Any:
    import ibis

    low = ids.lower()
    deep = _joined(
        "azure:", low.re_extract(NESTED, 1), "/", low.re_extract(NESTED, 2), "/", low.re_extract(NESTED, 3)
    )
    flat = _joined("azure:", low.re_extract(PLAIN, 1), "/", low.re_extract(PLAIN, 2))
    return ibis.cases((low.re_search(NESTED), deep), (low.re_search(PLAIN), flat), else_="")


def _google(ids: Any) -> Any:
    import ibis

    plural = ids.re_extract(GOOGLE, 2)
    single = plural.substr(0, 1).upper() + plural.substr(1, plural.length() - 2)
    named = _joined("gcp:", ids.re_extract(GOOGLE, 1), "/", single)
    bucket = (ids.startswith("//storage.googleapis.com/"), "gcp:storage.googleapis.com/Bucket")
    return ibis.cases(bucket, (ids.re_search(GOOGLE), named), else_="")


def _joined(*parts: Any) -> Any:
    import ibis

    whole = ibis.literal(parts[0])
    for part in parts[1:]:
        whole = whole + part
    return whole
