"""The rego target: how types are told, what its tables hold, and what its fidelity rows say."""

from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace

from tagward.catalog import tagward_type, terraform_type
from tagward.catalog.terraform import terraform_names
from tagward.policy import Alias, Exemption, Policy, Requirement, Selector
from tagward.resource import Resource
from tagward.selectors import selects_type
from tagward_generators import target
from tagward_generators.rego.outcomes import MADE, NOWHERE
from tagward_generators.rego.types import MAKERS, PREFIXES, of_types
from tagward_generators.targets import Fidelity, Grade
from tagward_service.sources.terraform.kinds import Kinds
from tagward_service.sources.terraform.layers import CONTAINERS
from tagward_service.sources.terraform.parts import PARTS
from tagward_service.sources.terraform.types import CloudKind
from tests.generators.random_policies import DAY
from tests.generators.rego_policies import compiled, policy
from tests.generators.truth import holds
from tests.generators.worlds import TERRAFORM
from tests.oracles import opa_engine

needs_opa = pytest.mark.skipif(bool(opa_engine.absent()), reason=opa_engine.absent())


def told(query: str, *given: object) -> list[Any]:
    """Ask OPA something of the package, once for each input."""
    modules = {artifact.path: artifact.content for artifact in compiled(policy()).artifacts}
    return opa_engine.evaluate(modules, query.replace("its.", "data.tagward.p."), given)


@needs_opa
def test_the_tables_of_the_rules_are_those_of_the_linter() -> None:
    assert told("its.containers", {}) == [CONTAINERS]
    assert set(MAKERS) == set(PARTS)


@needs_opa
@pytest.mark.parametrize("cloud", PREFIXES)
def test_tags_are_looked_for_where_the_linter_looks_for_them(cloud: str) -> None:
    readers = {name: Kinds()[name, None] for name in terraform_names() if name.startswith(PREFIXES[cloud])}
    places = {name: each.place for name, each in readers.items() if isinstance(each, CloudKind)}
    shown = [{"type": name, "change": {"after": {"tag": []}}} for name in places]

    looked = dict(zip(places, told(f'its.place_of(input, "{cloud}")', *shown), strict=True))

    assert {name: "[].".join(place) for name, place in looked.items()} == places


@needs_opa
def test_tags_that_are_no_map_are_not_looked_at() -> None:
    listed = {name for name in terraform_names() if is_listed(name)} - {"aws_autoscaling_group"}

    assert set(told("its.others", {})[0]) == listed | {"google_cloud_identity_group"}


def is_listed(name: str) -> bool:
    """Say whether a type has a list or blocks where others have their tags."""
    known, reader = terraform_type(name), Kinds()[name, None]
    place = reader.place if isinstance(reader, CloudKind) else ""
    return known is not None and known.attributes.get(place) in ("list", "block")


GLOBS = (
    *TERRAFORM.types,
    "AWS:ec2:instance",
    "azure:Microsoft.Storage/*",
    "aws[:_]instance",
    "*",
    "!*bucket",
)


@pytest.mark.parametrize("cloud", PREFIXES)
def test_types_are_decided_as_in_evaluation(cloud: str) -> None:
    listed = [name for name in terraform_names() if name.startswith(PREFIXES[cloud])]
    names = [*listed[::7], f"{PREFIXES[cloud]}newer_thing", "aws_instance", "azurerm_storage_account"]
    for globs in [(glob,) for glob in GLOBS] + [(GLOBS[0], GLOBS[5]), (GLOBS[6], GLOBS[9]), GLOBS[3:9]]:
        told = of_types(globs, cloud)
        for name in (name for name in names if name.startswith(PREFIXES[cloud])):
            resource = Resource(cloud=cloud, type=tagward_type(name) or name, native=name, address="a")
            # The field `type` of an expression is the Terraform type.
            asked = replace(resource, type=name)
            assert holds(told, asked) is selects_type(Selector(types=globs), resource), (globs, name)


def rows(drawn: Policy) -> dict[str, Fidelity]:
    return {row.rule: row for row in compiled(drawn).fidelity}


def test_rows_say_what_slips_through_and_only_that() -> None:
    azure = policy(keys={"azure": "Team"})
    account = policy(requirements=(Requirement(on=Selector(accounts=("1",))),))
    cluster = policy(requirements=(Requirement(on=Selector(types=("kubernetes:Pod",))),))

    assert {row.grade for row in rows(azure).values()} == {Grade.EXACT}
    assert {row.why for row in rows(policy()).values()} == {MADE}
    assert (rows(account)["required"].grade, rows(account)["value"].grade) == (Grade.ABSENT, Grade.WEAKER)
    assert rows(cluster)["required"].why == NOWHERE
    assert (
        "resource group" in rows(policy(keys={"azure": "Team"}, inherit=("resource-group",)))["required"].why
    )


def test_exemptions_and_aliases_have_their_rows() -> None:
    kinds = {
        "vault": Selector(types=("azurerm_key_vault",)),
        "account": Selector(accounts=("1",)),
    }
    exempt = tuple(Exemption(name, "o", "r", DAY, ("team",), match) for name, match in kinds.items())
    drawn = replace(policy(aliases=(Alias("owner", DAY),)), exemptions=exempt)

    found = rows(drawn)

    assert found["alias owner"].why == "accepted until 2026-11-21"
    assert found["exemption vault"].grade is Grade.EXACT
    assert found["exemption account"].why.startswith("exempts more than it says")
    late = target("rego").compile(drawn, as_of=date(2026, 11, 22))
    assert [row.why for row in late.fidelity if row.rule == "exemption vault"] == ["expired on 2026-11-21"]
    assert compiled(drawn).changes_on == (date(2026, 11, 22),)
