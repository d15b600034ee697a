"""Write what comes out of the code, in docs/ and beside the packs, or check that it is current (--check)."""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from tagward.codes import CODES, Description
from tagward.findings import Code
from tagward.loading.chain import PACKS, pack_names
from tagward.loading.prepared import prepare
from tagward.loading.schema import json_schema as policy_schema
from tagward_service.billing.json_billing import json_schema as billing_schema
from tagward_service.cli.dispatch import COMMANDS, root_help
from tagward_service.coverage.json_coverage import json_schema as coverage_schema
from tagward_service.drift.json_drift import json_schema as drift_schema
from tagward_service.outputs.json_report import json_schema as report_schema
from tagward_service.showback.json_disputes import json_schema as disputes_schema
from tagward_service.showback.json_showback import json_schema as showback_schema
from tagward_service.testing.json_results import json_schema as results_schema
from tagward_service.testing.shape import json_schema as test_schema

ROOT = Path(__file__).parents[1]
_GENERATED = "<!-- written by scripts/docs.py; do not edit -->\n"


def main() -> int:
    """Write every page, or say which ones differ from what would be written."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only say which pages are stale")
    check = parser.parse_args().check
    stale = [path for path, text in pages() if not _is_current(path, text)]
    if check:
        sys.stderr.writelines(f"{path} is not current; run `make docs`\n" for path in stale)
        return 1 if stale else 0
    for path, text in pages():
        (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / path).write_text(text, encoding="utf-8")
    return 0


def pages() -> Iterator[tuple[str, str]]:
    """List everything that is generated: path under the root of the repository, and text."""
    yield "docs/findings.md", findings_page()
    yield "docs/cli.md", cli_page()
    yield "docs/targets.md", _GENERATED + _support()
    yield "docs/schemas/policy.schema.json", _json(policy_schema())
    yield "docs/schemas/report.schema.json", _json(report_schema())
    yield "docs/schemas/drift.schema.json", _json(drift_schema())
    yield "docs/schemas/coverage-by-cost.schema.json", _json(billing_schema())
    yield "docs/schemas/showback.schema.json", _json(showback_schema())
    yield "docs/schemas/disputes.schema.json", _json(disputes_schema())
    yield "docs/schemas/test.schema.json", _json(test_schema())
    yield "docs/schemas/test-results.schema.json", _json(results_schema())
    yield "docs/schemas/coverage.schema.json", _json(coverage_schema())
    for name in pack_names():
        prepared = prepare((PACKS / f"{name}.yaml").read_bytes())
        yield f"{PACKS.relative_to(ROOT)}/{name}.json", prepared.decode()


def _support() -> str:
    """Compile what the matrix shows; it stands beside this script, whose folder leads the import path."""
    sys.path[0] = str(ROOT)
    from scripts.support import support_page

    return support_page()


def findings_page() -> str:
    """Make a table of all finding codes, then a section for each."""
    rows = "".join(
        f"| [{code.value}](#{code.value.lower()}) | `{about.name}` | {about.title} |\n"
        for code, about in CODES.items()
    )
    sections = "".join(_section(code, about) for code, about in CODES.items())
    table = f"| code | name | what it says |\n|---|---|---|\n{rows}"
    return f"{_GENERATED}# Findings\n\n{table}\n{sections}".rstrip() + "\n"


def cli_page() -> str:
    """Make a section for each command from its own help page."""
    parts = [f"{_GENERATED}# Command line\n", _block("tagward --help", root_help())]
    for name, (_, load) in COMMANDS.items():
        parts.append(f"## tagward {name}\n")
        parts.append(_block(f"tagward {name} --help", load().parser().format_help()))
    return "\n".join(parts)


def _section(code: Code, about: Description) -> str:
    return (
        f"## {code.value}\n\n**{about.title}** (`{about.name}`)\n\n{about.meaning}\n\n"
        f"Example:\n\n    {code.value}  {about.example}\n\nHow to fix it: {about.fix}\n\n"
    )


def _block(command: str, text: str) -> str:
    lines = "\n".join(line.rstrip() for line in text.rstrip().split("\n"))
    return f"```console\n$ {command}\n{lines}\n```\n"


def _json(schema: object) -> str:
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _is_current(path: str, text: str) -> bool:
    file = ROOT / path
    return file.is_file() and file.read_text(encoding="utf-8") == text


if __name__ == "__main__":
    sys.exit(main())
