"""Terraform itself, with a provider that knows what the real ones publish and nothing else.

The provider in tests/terraform/provider stands for all of them: it serves tests/terraform/schemas.json, and
lets Terraform validate and plan, never apply. With TERRAFORM_INIT=1 the real providers are tried as well,
from wherever Terraform is told to find them.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from copy import copy
from fcntl import LOCK_EX, flock
from functools import cache
from pathlib import Path
from typing import Any

from tests.terraform.modules import ROOT

HERE = Path(__file__).parent
SOURCE = HERE / "provider"
BUILT = ROOT.parent / ".tools" / "terraform"
PROVIDERS = ("aws", "azurerm", "google", "kubernetes")
SECONDS = 300

Found = Mapping[str, Mapping[str, object]]


class TerraformError(Exception):
    """Terraform refused; the text is what it says."""


def absent() -> str:
    """Say why Terraform cannot run at all; "" when it can."""
    return "" if shutil.which("terraform") else "terraform is not installed"


def real_unwanted() -> str:
    """Say why the real providers are left alone; "" when they are wanted."""
    wanted = os.environ.get("TERRAFORM_INIT") == "1"
    return absent() or ("" if wanted else "TERRAFORM_INIT=1 fetches the real providers, and was not set")


@cache
def without_providers() -> str:
    """Say why modules cannot be validated; "" when they can. Builds the provider when it is not built."""
    if why := absent():
        return why
    BUILT.mkdir(parents=True, exist_ok=True)
    with (BUILT / "lock").open("w") as lock:
        flock(lock, LOCK_EX)  # of the processes of a run, one builds it
        return "" if _is_current() else _build()


def _is_current() -> bool:
    return all(
        (BUILT / each.name).exists() and (BUILT / each.name).read_bytes() == each.read_bytes()
        for each in SOURCE.iterdir()
    )


def _build() -> str:
    if not shutil.which("go"):
        return "Go is not installed, which builds the provider that knows the published schemas"
    made = BUILT / "terraform-provider-published"
    if failed := _go_build(made):
        return f"the provider that knows the published schemas cannot be built: {failed}"
    for name in PROVIDERS:
        link = BUILT / f"terraform-provider-{name}"
        link.unlink(missing_ok=True)
        link.symlink_to(made.name)
    for each in SOURCE.iterdir():
        shutil.copyfile(each, BUILT / each.name)
    return ""


def _go_build(made: Path) -> str:
    """Build the provider; return the end of what Go says when it cannot."""
    command = ["go", "build", "-mod=readonly", "-trimpath", "-ldflags=-s", "-o", str(made), "."]
    try:
        done = subprocess.run(command, cwd=SOURCE, capture_output=True, text=True, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        return f"Go was not done after {SECONDS} seconds"
    return done.stderr.strip()[-300:] if done.returncode else ""


class Workspace:
    """A copy of terraform/ in which Terraform runs, so that nothing is left in the repository.

    `real` tells whether the providers are the real ones.
    """

    def __init__(self, place: Path, *, real: bool = False) -> None:
        self.root = place / "terraform"
        self.environment = os.environ | {"CHECKPOINT_DISABLE": "1"}
        self.real = real
        self.prepared: set[str] = set()
        shutil.copytree(ROOT, self.root, ignore=shutil.ignore_patterns(".terraform*", "*.tfstate"))
        if not real:
            settings = place / "terraform.rc"
            overridden = "".join(f'    "hashicorp/{name}" = "{BUILT}"\n' for name in PROVIDERS)
            settings.write_text(f"provider_installation {{\n  dev_overrides {{\n{overridden}  }}\n}}\n")
            self.environment |= {
                "TF_CLI_CONFIG_FILE": str(settings),
                "PUBLISHED_SCHEMAS": str(HERE / "schemas.json"),
                "DATA_SOURCES": "{}",
            }

    def prepare(self, directory: str) -> None:
        """Install modules, and real providers. Raises TerraformError when these cannot be had."""
        if directory not in self.prepared:
            how = ("init", "-backend=false", "-input=false") if self.real else ("get",)
            self._run(directory, *how, "-no-color")
            self.prepared.add(directory)

    def validate(self, directory: str) -> dict[str, Any]:
        """Run `terraform validate` and return its answer."""
        self.prepare(directory)
        answer: dict[str, Any] = json.loads(self._run(directory, "validate", "-json", check=False))
        return answer

    def finding(self, found: Found) -> "Workspace":
        """Return the same workspace, where data sources find what is given for their type."""
        same = copy(self)
        same.environment = self.environment | {"DATA_SOURCES": json.dumps(found)}
        return same

    def plan(self, directory: str, **variables: object) -> dict[str, Any]:
        """Run `terraform plan` and return the plan. Raises TerraformError with what Terraform says."""
        self.prepare(directory)
        given = [f"-var={name}={_written(value)}" for name, value in variables.items()]
        file = self.root.with_name("plan.bin")
        self._run(directory, "plan", "-input=false", "-no-color", f"-out={file}", *given)
        plan: dict[str, Any] = json.loads(self._run(directory, "show", "-json", str(file)))
        return plan

    def apply(self, directory: str, **variables: object) -> None:
        """Run `terraform apply`. Raises TerraformError with what Terraform says."""
        self.prepare(directory)
        given = [f"-var={name}={_written(value)}" for name, value in variables.items()]
        self._run(directory, "apply", "-auto-approve", "-input=false", "-no-color", *given)

    def _run(self, directory: str, *arguments: str, check: bool = True) -> str:
        done = subprocess.run(
            ["terraform", *arguments],
            cwd=self.root / directory,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=SECONDS,
        )
        if check and done.returncode:
            raise TerraformError(" ".join((done.stderr or done.stdout).replace("│", " ").split()))
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
