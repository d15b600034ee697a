"""Places before and after an update are told apart by names, where there are any."""

from typing import Any

import pytest

from tagward_service.admission.places import Places


def named(*names: str) -> dict[str, Any]:
    return {"spec": {"tasks": [{"name": name, "steps": [{"name": "x"}, {}]} for name in names]}}


@pytest.mark.parametrize(
    ("before", "after", "place", "identity"),
    [
        (named("a", "b"), named("b", "a"), "spec.tasks[0].labels", 'spec.tasks["b"].labels'),
        (named("a"), named("b"), "spec.tasks[0].labels", "spec.tasks[0].labels"),
        (named("a"), named("a", "a"), "spec.tasks[1].labels", "spec.tasks[1].labels"),
        (named("a"), named("0", "a"), "spec.tasks[0].labels", "spec.tasks[0].labels"),
        (named("a", "b"), named("b"), "spec.tasks[0].steps[0]", 'spec.tasks["b"].steps["x"]'),
        (named("a", "b"), named("b"), "spec.tasks[0].steps[1]", 'spec.tasks["b"].steps[1]'),
        (None, [], "spec.tasks[7].labels", "spec.tasks[7].labels"),
        ({}, {"spec": {"tasks": {"a": 1}}}, "spec.tasks.a.labels", "spec.tasks.a.labels"),
        ({}, {}, "", ""),
    ],
)
def test_an_element_goes_by_its_name_where_both_have_it(
    before: Any, after: Any, place: str, identity: str
) -> None:
    assert Places(after, before).identity(place).replace(".[", "[") == identity
