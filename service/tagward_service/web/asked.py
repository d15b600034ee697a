"""The parameters of pages: forms send empty ones along, and what is not known is refused."""

from __future__ import annotations

from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request

from tagward.diagnostics import did_you_mean, printable
from tagward_service.api.problems import ApiError, WrongParameter
from tagward_service.api.queries import Text, Word
from tagward_service.api.store_queries import Cloud
from tagward_service.store.gap_interface import GapSort, GapsWanted

Model = TypeVar("Model", bound=BaseModel)
Period = Annotated[str, Field(pattern=r"^(|\d{4}-(0[1-9]|1[0-2]))$")]
MOST_PAGES = 100_000


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ReadinessAsked(_Asked):
    """Which month the waterfall is of."""

    period: Period = ""


class NothingAsked(_Asked):
    """No parameter."""


class GapsAsked(_Asked):
    """Which gaps, in which order."""

    cloud: Cloud | None = None
    account: Word = ""
    service: Word = ""
    tag: Word = ""
    scan: Literal["", "findings", "none", "never", "untold"] = ""
    text: Text = ""
    sort: GapSort = "-cost"
    page: Annotated[int, Field(ge=1, le=MOST_PAGES)] = 1

    def wanted(self) -> GapsWanted:
        """Say which gaps, as the store takes it."""
        return GapsWanted(
            cloud=self.cloud or "",
            account=self.account,
            service=self.service,
            tag=self.tag,
            scan=self.scan,
            text=self.text,
        )


class TeamsAsked(_Asked):
    """Which costs of teams, put together by what."""

    project: Word = ""
    workload_type: Word = ""
    environment: Word = ""
    period: Period = ""
    currency: Word = ""
    group: Literal["workload_type", "project", "environment", "team"] = "workload_type"


class TeamChargesAsked(TeamsAsked):
    """Which charges to export."""

    team: Word = ""


def asked(request: Request, model: type[Model]) -> Model:
    """Read the parameters of a request; raises ApiError. Empty ones are those that a form left open."""
    given: dict[str, object] = {}
    for name, value in request.query_params.multi_items():
        field = model.model_fields.get(name)
        if value == "" and field is not None:
            continue
        if field is not None and "list" in str(field.annotation).lower():
            several = given.setdefault(name, [])
            assert isinstance(several, list)
            several.append(value)
        else:
            given[name] = value
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise _refused(error, model) from None


def _refused(error: ValidationError, model: type[BaseModel]) -> ApiError:
    """Say what is expected of each parameter, and never what was given."""
    wrong = [
        _wrong(str(each["type"]), str(each["loc"][0]), str(each["msg"]), model) for each in error.errors()
    ]
    listed = "; ".join(f"`{each.parameter}`: {each.detail}" for each in wrong)
    return ApiError("parameters", listed, errors=wrong)


def _wrong(kind: str, name: str, said: str, model: type[BaseModel]) -> WrongParameter:
    name = printable(name)[:80]
    if kind != "extra_forbidden":
        return WrongParameter(name, said.removeprefix("Value error, "))
    guess = did_you_mean(name, model.model_fields)
    return WrongParameter(
        name, "there is no such parameter" + (f"; did you mean `{guess}`?" if guess else "")
    )
