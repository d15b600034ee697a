"""Google Cloud organization policies: custom constraints that deny badly labelled resources."""

from datetime import date

from tagward.policy import Policy
from tagward_generators.days import changes_on
from tagward_generators.gcp_org_policy.compiling import Compiler
from tagward_generators.gcp_org_policy.constraints import artifacts
from tagward_generators.gcp_org_policy.fitting import check_counts
from tagward_generators.gcp_org_policy.grading import Grading
from tagward_generators.gcp_org_policy.mandatory_tags import mandatory_tags
from tagward_generators.gcp_org_policy.notes import notes
from tagward_generators.gcp_org_policy.settings import settings_of
from tagward_generators.gcp_org_policy.sight import SURFACE
from tagward_generators.targets import Compilation


class GcpOrgPolicy:
    """The target `gcp-org-policy`."""

    name = "gcp-org-policy"
    clouds = ("gcp",)

    def compile(self, policy: Policy, *, as_of: date) -> Compilation:
        """Compile a policy as it stands on a day. Raises CompileError when it cannot fit."""
        settings = settings_of(policy.targets.gcp_org_policy)
        compiler = Compiler(policy, settings, as_of)
        made = [*compiler.constraints(), *mandatory_tags(compiler.violations, settings)]
        check_counts(made, settings)
        grading = Grading(compiler)
        return Compilation(
            self.name,
            tuple(file for each in made for file in artifacts(each, settings)),
            tuple(map(grading.row, compiler.rules)),
            notes(settings, compiler.types, made),
            changes_on(policy, as_of, cloud="gcp", surface=SURFACE),
        )
