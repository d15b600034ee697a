"""README.md says what is true: its outputs are current, its policies load, its guardrail comes out."""

import json
import re
import runpy
from datetime import date
from pathlib import Path

from tagward.loader import load
from tagward_generators import target

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
AS_OF = date(2026, 11, 21)


def _blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_shown_outputs_are_what_the_commands_print() -> None:
    script = runpy.run_path(str(ROOT / "scripts" / "readme.py"))
    assert script["BLOCK"].search(README)
    assert script["refreshed"](README) == README


def test_first_policy_loads(tmp_path: Path) -> None:
    (tmp_path / "teams.csv").write_text("slug,retired_on\nfraud-detection,\nold-team,2026-01-31\n")
    file = tmp_path / "tagward.yaml"
    file.write_text(_blocks("yaml")[0])
    policy = load(file, as_of=AS_OF)
    assert [tag.id for tag in policy.tags][-1] == "cost-center"


def test_second_policy_compiles_into_the_guardrail_shown(tmp_path: Path) -> None:
    file = tmp_path / "tagward.yaml"
    file.write_text(_blocks("yaml")[1])
    compilation = target("aws-scp").compile(load(file, as_of=AS_OF), as_of=AS_OF)
    shown = [json.loads(block) for block in _blocks("json")]
    assert [json.loads(artifact.content) for artifact in compilation.artifacts] == shown


def test_links_lead_somewhere() -> None:
    for link in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / link).exists(), link
