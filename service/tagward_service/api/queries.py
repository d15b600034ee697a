"""The parameters of requests; one that is not among them is refused, as it was meant to do something."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from tagward_service.sources.interface import Place

BODY = "<body>"
"""What a body is called that has no name."""

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _day(value: Any) -> date:
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise ValueError("write a day like 2026-11-21")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError("there is no such day") from None


def _shown(text: str) -> str:
    if not text.isprintable():
        raise ValueError("only what can be printed")
    return text


Day = Annotated[date | None, BeforeValidator(_day), Field(description="The day (UTC); today if not given.")]
Text = Annotated[str, Field(max_length=1024), AfterValidator(_shown)]
Word = Annotated[str, Field(max_length=256, min_length=1), AfterValidator(_shown)]


class PolicyQuery(BaseModel):
    """On which day."""

    model_config = ConfigDict(extra="forbid")

    as_of: Day = None


class LintQuery(PolicyQuery):
    """How to judge; as the options of `tagward lint`."""

    unknown: Annotated[
        Literal["pass", "warn", "fail"] | None,
        Field(description="What values known only after the apply do; else as the policy says."),
    ] = None
    fail_on: Annotated[
        Literal["error", "warning", "info", "never"],
        Field(description="The severity from which findings make the verdict `findings`."),
    ] = "error"
    changed_only: Annotated[bool, Field(description="Leave out resources that a plan does not change.")] = (
        False
    )
    allow_empty: Annotated[bool, Field(description="No resource at all is `clean`, not `nothing`.")] = False
    file: Annotated[Text, Field(description="What the body is called in findings.")] = BODY
    account: Annotated[
        Word | None, Field(description="Account, subscription or project, where the body does not say.")
    ] = None
    region: Annotated[Word | None, Field(description="Region, where the body does not say.")] = None
    namespace: Annotated[Word | None, Field(description="Namespace, where manifests name none.")] = None

    def place(self) -> Place:
        """Say where the resources live."""
        return Place(self.account, self.region, self.namespace)
