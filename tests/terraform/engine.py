"""Terraform itself, with providers that know what the real ones publish, or with the real ones.

With TERRAFORM_INIT=1 the real providers are installed, from wherever Terraform is told to find them. Else the
provider in tests/terraform/provider stands for all of them: it serves tests/terraform/schemas.json, and lets
Terraform validate and plan, never apply.
"""

import json
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

from tests.terraform.modules import ROOT

HERE = Path(__file__).parent
SOURCE = HERE / "provider"
BUILT = ROOT.parent / ".tools" / "terraform"
REAL = os.environ.get("TERRAFORM_INIT") == "1"
PROVIDERS = ("aws", "azurerm", "google", "kubernetes")
SECONDS = 600


def absent() -> str:
    """Say why Terraform cannot run at all; "" when it can."""
    return "" if shutil.which("terraform") else "terraform is not installed"


@cache
def without_providers() -> str:
    """Say why modules cannot be validated; "" when they can. Builds the provider when it is not built."""
    if absent() or REAL:
        return absent()
    if not _is_current():
        return _build()
    return ""


def _is_current() -> bool:
    return all(
        (BUILT / each.name).exists() and (BUILT / each.name).read_bytes() == each.read_bytes()
        for each in SOURCE.iterdir()
    )


def _build() -> str:
    if not shutil.which("go"):
        return "Go is not installed, which builds the provider that knows the published schemas"
    BUILT.mkdir(parents=True, exist_ok=True)
    made = BUILT / "terraform-provider-published"
    done = subprocess.run(
        ["go", "build", "-mod=readonly", "-trimpath", "-ldflags=-s", "-o", made, "."],
        cwd=SOURCE,
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    if done.returncode:
        return f"the provider that knows the published schemas cannot be built: {done.stderr.strip()[-300:]}"
    for name in PROVIDERS:
        link = BUILT / f"terraform-provider-{name}"
        link.unlink(missing_ok=True)
        link.symlink_to(made.name)
    for each in SOURCE.iterdir():
        shutil.copyfile(each, BUILT / each.name)
    return ""


class Workspace:
    """A copy of terraform/ in which Terraform runs, so that nothing is left in the repository."""

    def __init__(self, place: Path) -> None:
        self.root = place / "terraform"
        shutil.copytree(ROOT, self.root, ignore=shutil.ignore_patterns(".terraform*", "*.tfstate"))
        self.settings = place / "terraform.rc"
        overridden = "".join(f'    "hashicorp/{name}" = "{BUILT}"\n' for name in PROVIDERS)
        self.settings.write_text(f"provider_installation {{\n  dev_overrides {{\n{overridden}  }}\n}}\n")

    def validate(self, directory: str) -> dict[str, Any]:
        """Run `terraform validate` and return its answer."""
        self._prepare(directory)
        answer: dict[str, Any] = json.loads(self._run(directory, "validate", "-json", check=False))
        return answer

    def plan(self, directory: str, **variables: object) -> dict[str, Any]:
        """Run `terraform plan` and return the plan. Raises RuntimeError with what Terraform says."""
        self._prepare(directory)
        given = [f"-var={name}={_written(value)}" for name, value in variables.items()]
        file = self.settings.with_name("plan.bin")
        self._run(directory, "plan", "-input=false", "-no-color", f"-out={file}", *given)
        plan: dict[str, Any] = json.loads(self._run(directory, "show", "-json", str(file)))
        return plan

    def _prepare(self, directory: str) -> None:
        """Install modules, and real providers where they are wanted."""
        how = ("init", "-backend=false", "-input=false") if REAL else ("get",)
        self._run(directory, *how)

    def _run(self, directory: str, *arguments: str, check: bool = True) -> str:
        environment = os.environ | {"CHECKPOINT_DISABLE": "1"}
        if not REAL:
            environment |= {
                "TF_CLI_CONFIG_FILE": str(self.settings),
                "PUBLISHED_SCHEMAS": str(HERE / "schemas.json"),
            }
        done = subprocess.run(
            ["terraform", *arguments],
            cwd=self.root / directory,
            env=environment,
            capture_output=True,
            text=True,
            timeout=SECONDS,
        )
        if check and done.returncode:
            raise RuntimeError(done.stderr or done.stdout)
        return done.stdout


def _written(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def formatted(directory: Path) -> list[str]:
    """List the files that `terraform fmt` would write anew."""
    environment = {key: value for key, value in os.environ.items() if key != "TF_CLI_CONFIG_FILE"}
    done = subprocess.run(
        ["terraform", "fmt", "-check", "-recursive", str(directory)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    return (done.stdout + done.stderr).split() if done.returncode else []
