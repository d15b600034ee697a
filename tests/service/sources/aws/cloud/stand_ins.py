"""Stand-ins for what moto lacks: requests and answers go by the service model of botocore.

A request that the model does not allow is refused as AWS does, and an answer that the model does not have
fails the test that wrote it.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from botocore.validate import ParamValidator

from tests.service.sources.aws.cloud.calls import Answer, Call, model, refusal
from tests.service.sources.aws.cloud.server import StandIn

Handler = Callable[[Call, dict[str, Any]], dict[str, Any]]


class RefusalError(Exception):
    """What a handler raises to refuse."""

    def __init__(self, code: str, message: str = "so it is", status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


def modelled(handler: Handler) -> StandIn:
    """Make a stand-in of what takes the parameters of a call and returns the members of its answer."""

    def stand_in(call: Call, body: bytes, environ: Mapping[str, Any]) -> Answer:
        operation = model(call.client).operation_model(call.operation)
        given = json.loads(body or b"{}")
        if operation.input_shape is not None:
            wrong = ParamValidator().validate(given, operation.input_shape)
            unknown = set(given) - set(operation.input_shape.members)
            if wrong.has_errors() or unknown:
                return refusal(call, "ValidationException", f"{wrong.generate_report()} {unknown or ''}")
        try:
            answer = handler(call, given)
        except RefusalError as error:
            return refusal(call, error.code, error.message, error.status)
        assert set(answer) <= set(operation.output_shape.members)
        report = ParamValidator().validate(answer, operation.output_shape)
        assert not report.has_errors(), report.generate_report()
        return Answer(200, json.dumps(answer).encode(), "application/json")

    return stand_in


def paged(
    name: str, entries: Sequence[Any], given: Mapping[str, Any], *, size: int, limit: str = "MaxResults"
) -> dict[str, Any]:
    """Answer with one page of a list."""
    start = int(given.get("NextToken") or 0)
    end = start + min(size, int(given.get(limit) or size))
    more = {"NextToken": str(end)} if end < len(entries) else {}
    return {name: list(entries[start:end]), **more}
