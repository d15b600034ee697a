"""What the CEL engine and its two environments mean, from the specification and Kubernetes' documentation."""

from typing import Any

import pytest

from tests.oracles import cel_engine
from tests.oracles.cel_engine import CompileError, Environment, Failure, gcp, kubernetes

pytestmark = [
    pytest.mark.conformance,
    pytest.mark.skipif(bool(cel_engine.absent()), reason=cel_engine.absent()),
]

OBJECT: dict[str, Any] = {
    "object": {"metadata": {"labels": {"team": "ml"}}, "spec": {"replicas": 3, "hosts": ["b", "a"]}},
    "oldObject": None,
}


@pytest.fixture(scope="module")
def admission() -> Environment:
    return kubernetes("object", "oldObject")


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("'env' in resource.labels && resource.labels['env'] == 'dev'", True),
        ("resource.labels['env'].matches('e')", True),
        ("resource.labels['env'].matches('^e$')", False),
        ("true || resource.labels['gone'] == 'x'", True),
        ("resource.labels['gone'] == 'x' || true", True),
        ("has(resource.none)", False),
        ("resource.labels.all(key, key in ['env'])", True),
    ],
)
def test_constraints_of_google_cloud(expression: str, value: Any) -> None:
    assert gcp().evaluate(expression, {"resource": {"labels": {"env": "dev"}}}) == value


def test_key_that_is_missing_is_an_error_and_a_value() -> None:
    found = gcp().evaluate("resource.labels['gone'] == 'x'", {"resource": {"labels": {}}})

    assert isinstance(found, Failure)
    assert "gone" in found.said


@pytest.mark.parametrize(
    "expression",
    [
        "'a'.lowerAscii() == 'a'",
        "resource.?labels.hasValue()",
        "['a'].join(',') == 'a'",
        "object == 1",
        "1 +",
    ],
)
def test_google_cloud_has_no_extensions(expression: str) -> None:
    with pytest.raises(CompileError):
        gcp().compile(expression)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("object.metadata.labels[?'team'].orValue('')", "ml"),
        ("object.metadata.?annotations[?'team'].orValue('none')", "none"),
        ("['a', 'b'].join(', ')", "a, b"),
        ("'a,b'.split(',')", ["a", "b"]),
        ("'ML'.lowerAscii()", "ml"),
        ("'%s has %d'.format(['x', 2])", "x has 2"),
        ("oldObject == null", True),
        ("object.spec.replicas == 3.0", True),
        ("'abc 123'.find('[0-9]+')", "123"),
        ("'abc'.find('[0-9]+')", ""),
        ("'1 2 3'.findAll('[0-9]')", ["1", "2", "3"]),
        ("'1 2 3'.findAll('[0-9]', 2)", ["1", "2"]),
        ("object.spec.hosts.isSorted()", False),
        ("[1, 2].sum() == 3", True),
        ("[2, 1].min() == 1 && [2, 1].max() == 2", True),
        ("sets.contains(object.spec.hosts, ['a'])", True),
        ("sets.equivalent(['a', 'b', 'a'], object.spec.hosts)", True),
        ("sets.intersects(['c'], object.spec.hosts)", False),
        ("sets.contains([1], [1.0])", True),
    ],
)
def test_admission_has_the_extensions_of_kubernetes(
    admission: Environment, expression: str, value: Any
) -> None:
    assert admission.evaluate(expression, OBJECT) == value


@pytest.mark.parametrize("expression", ["[].min()", "oldObject.metadata", "object.spec.none", "1 / 0"])
def test_errors_are_values(admission: Environment, expression: str) -> None:
    assert isinstance(admission.evaluate(expression, OBJECT), Failure)


def test_reversing_came_after_the_version_of_kubernetes(admission: Environment) -> None:
    with pytest.raises(CompileError, match="reverse"):
        admission.compile("'ab'.reverse()")
