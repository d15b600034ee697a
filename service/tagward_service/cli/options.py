"""The options of the command line, each once: flag, environment variable, choices, default and help."""

from msgspec import Struct


class Option(Struct, frozen=True):
    """One option. `flag` takes no value, `many` may be given several times, `secret` is never shown.

    `also` is a second flag for it, which names no variable.
    """

    name: str
    help: str
    short: str = ""
    metavar: str = ""
    choices: tuple[str, ...] = ()
    default: str = ""
    flag: bool = False
    many: bool = False
    secret: bool = False
    also: str = ""

    @property
    def long(self) -> str:
        """The flag: `--fail-on`."""
        return "--" + self.name.replace("_", "-")

    @property
    def variable(self) -> str:
        """The environment variable: `TAGWARD_FAIL_ON`."""
        return "TAGWARD_" + self.name.upper()

    @property
    def described(self) -> str:
        """The help text with the default, safe for argparse's % formatting."""
        text = f"{self.help} (default {self.default})" if self.default else self.help
        return text.replace("%", "%%")


POLICY = Option(
    name="policy",
    metavar="POLICY",
    help="policy file or its folder, or pack:NAME; else tagward.yaml from here up to the git root, "
    "else pack:ml-platform",
)
AS_OF = Option(
    name="as_of", metavar="DATE", help="judge as on this day (UTC), YYYY-MM-DD; today if not given"
)
COLOR = Option(
    name="color", choices=("auto", "always", "never"), default="auto", help="colour; NO_COLOR is honoured"
)
QUIET = Option(name="quiet", short="-q", flag=True, help="only the summary line, and no notes")
SHOW_CONFIG = Option(
    name="show_config", flag=True, help="print every setting with its origin, and do nothing else"
)

CONFIG = Option(
    name="config",
    metavar="FILE",
    help="settings in YAML, named as the options: `admission-port: 8443`; flags and environment are stronger",
)

FORMAT = Option(
    name="format",
    short="-f",
    metavar="FORMAT[=FILE]",
    many=True,
    default="text",
    help="output format, once or several times; at most one goes to standard output",
)
FAIL_ON = Option(
    name="fail_on",
    choices=("error", "warning", "info", "never"),
    default="error",
    help="the severity from which findings make the exit code 1",
)
UNKNOWN = Option(
    name="unknown",
    choices=("pass", "warn", "fail"),
    help="what values known only after the apply do; else as the policy says",
)
CHANGED_ONLY = Option(name="changed_only", flag=True, help="leave out resources that a plan does not change")
ALLOW_EMPTY = Option(
    name="allow_empty", flag=True, help="no resource in any input is a pass, not exit code 3"
)
ACCOUNT = Option(
    name="account", metavar="ID", help="account, subscription or project of the inputs, where they do not say"
)
REGION = Option(name="region", metavar="NAME", help="region of the inputs, where they do not say")
NAMESPACE = Option(name="namespace", metavar="NAME", help="namespace of manifests that do not name one")
EXEMPT_NAMESPACE = Option(
    name="exempt_namespace",
    metavar="GLOB",
    many=True,
    help="a namespace that is left alone, once or several times; kube-system and the like always are",
)
STRICT = Option(name="strict", flag=True, help="exit code 1 when a rule does not come through exactly")
