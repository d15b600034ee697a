"""A whole ValidatingAdmissionPolicy decided as the API server decides it, its expressions by the CEL engine.

After k8s.io/apiserver v0.36 pkg/admission/plugin/policy/validating/validator.go and
pkg/admission/plugin/webhook/matchconditions/matcher.go.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from tests.oracles.cel_engine import CompileError, Environment, Failure, Program, kubernetes

Document = Mapping[str, Any]

MAX_MESSAGE = 5 * 1024
INPUT = ("object", "oldObject", "request", "namespaceObject")


@dataclass(frozen=True)
class Decision:
    """What one validation says of a request."""

    expression: str
    outcome: Literal["admit", "deny", "error"]
    message: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Verdict:
    """What a policy says of a request; without decisions when a match condition left the request out."""

    decisions: tuple[Decision, ...]
    failure_policy: str

    @property
    def messages(self) -> tuple[str, ...]:
        """The message of every validation that refuses, in order: what the action Warn prints."""
        return tuple(each.message for each in self.decisions if self._refuses(each))

    @property
    def denied(self) -> bool:
        """Whether the action Deny refuses the request."""
        return bool(self.messages)

    @property
    def message(self) -> str:
        """The message of the first validation that refuses: the only one that Deny reports."""
        return next(iter(self.messages), "")

    def _refuses(self, decision: Decision) -> bool:
        return decision.outcome == "deny" or (decision.outcome == "error" and self.failure_policy == "Fail")


class Policy:
    """A compiled policy; CompileError where the API server refuses to create it."""

    def __init__(self, document: Document) -> None:
        spec = document["spec"]
        params = ("params",) if spec.get("paramKind") else ()
        plain = kubernetes(*INPUT, *params)
        self.failure_policy: str = spec.get("failurePolicy", "Fail")
        self.conditions = [
            _typed(plain, each["expression"], "BOOL") for each in spec.get("matchConditions", [])
        ]
        self.variables, composed = _variables(spec.get("variables", []), plain, params)
        self.validations = [_Validation(each, composed) for each in spec["validations"]]

    def decide(self, request: Document, *, namespace: Document | None = None, params: Any = None) -> Verdict:
        """Decide an AdmissionRequest with `object` and `oldObject`, in a namespace unless it has none."""
        bound: dict[str, Any] = {
            "object": request.get("object"),
            "oldObject": request.get("oldObject"),
            "request": {key: value for key, value in request.items() if key not in ("object", "oldObject")},
            "namespaceObject": namespace,
            "params": params,
        }
        left_out = self._left_out(bound | {"namespaceObject": None})
        if left_out is not None:
            return Verdict(left_out, self.failure_policy)
        bound |= self._composed(bound)
        return Verdict(tuple(each.decide(bound) for each in self.validations), self.failure_policy)

    def _left_out(self, bound: Document) -> tuple[Decision, ...] | None:
        """Apply match conditions: one that is false leaves the request out, whatever the others say."""
        found = [(each, each.evaluate(bound)) for each in self.conditions]
        if any(value is False for _, value in found):
            return ()
        errors = [Decision(each.expression, "error", value.said) for each, value in found if _failed(value)]
        if errors and self.failure_policy == "Fail":
            return (errors[0],)
        return () if errors else None

    def _composed(self, bound: Document) -> dict[str, Any]:
        """Evaluate the variables; one that fails stays unbound, an error only where it is used."""
        values: dict[str, Any] = {}
        for name, program in self.variables:
            value = program.evaluate({**bound, **values})
            if not _failed(value):
                values[name] = value
        return values


class _Validation:
    """One validation: an expression, and how its message is made."""

    def __init__(self, validation: Document, environment: Environment) -> None:
        self.program = _typed(environment, validation["expression"], "BOOL")
        self.reason: str = validation.get("reason", "Invalid")
        self.text: str = validation.get("message", "").strip()
        worded = validation.get("messageExpression")
        self.worded = _typed(environment, worded, "STRING") if worded else None

    def decide(self, bound: Document) -> Decision:
        value = self.program.evaluate(bound)
        expression = self.program.expression
        if isinstance(value, Failure):
            return Decision(expression, "error", value.said)
        if value is True:
            return Decision(expression, "admit")
        fallback = self.text or f"failed expression: {expression.strip()}"
        return Decision(expression, "deny", self._wording(bound) or fallback, self.reason)

    def _wording(self, bound: Document) -> str:
        """Evaluate the message; "" when it fails, is too long or has several lines."""
        value = self.worded.evaluate(bound) if self.worded else None
        message = value.strip() if isinstance(value, str) else ""
        return "" if "\n" in message or len(message.encode()) > MAX_MESSAGE else message


def _variables(
    listed: list[dict[str, str]], plain: Environment, params: tuple[str, ...]
) -> tuple[list[tuple[str, Program]], Environment]:
    """Compile variables in order; each has the type of its expression and sees only those before it."""
    compiled: list[tuple[str, Program]] = []
    environment = plain
    for each in listed:
        compiled.append((f"variables.{each['name']}", environment.compile(each["expression"])))
        environment = kubernetes(*INPUT, *params, typed={name: made.type for name, made in compiled})
    return compiled, environment


def _typed(environment: Environment, expression: str, wanted: str) -> Program:
    program = environment.compile(expression)
    if program.type.name() != wanted:
        raise CompileError(f"`{expression}` must evaluate to {wanted.lower()} but got {program.type.name()}")
    return program


def _failed(value: Any) -> bool:
    return isinstance(value, Failure)
