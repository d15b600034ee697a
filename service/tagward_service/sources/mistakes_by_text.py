"""Files of other trades that their text gives away."""

from __future__ import annotations

import re

from tagward_service.sources.mistakes import PLAN_AND_SHOW, SHOW_JSON, WANTED, Mistake
from tagward_service.sources.mistakes_by_keys import mistake_in_yaml

_ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_YAML_KEY = re.compile(r"""^["']?([A-Za-z_$@][\w.$@/-]*)["']?[ \t]*:(?:[ \t]|$)""", re.MULTILINE)
_YAML_ITEM = re.compile(r"^- (?:[A-Za-z_][\w.-]*:(?:[ \t]|$))", re.MULTILINE)

_BY_TEXT = (
    (
        r"^(?:Terraform|OpenTofu) (?:used the selected providers|will perform the following actions)"
        r"|^(?:Terraform|OpenTofu) will perform the actions described below"
        r"|^(?:An|The) execution plan has been generated|^Plan: \d+ to (?:add|import)|^No changes\. "
        r"|^  # \S+ (?:will be (?:created|destroyed|updated|imported)|must be replaced)",
        Mistake("the text of a Terraform plan, for people to read", PLAN_AND_SHOW),
    ),
    (
        r"^# \S+:\n(?:resource|data) \"",
        Mistake("the text of `terraform show`, for people to read", SHOW_JSON),
    ),
    (
        r"^[╷│]? ?(?:Error|Warning): |^Initializing the backend",
        Mistake("messages of a command that failed, not its result", PLAN_AND_SHOW),
    ),
    (
        r"^(?:resource|data|module|provider|variable|output|locals|terraform|moved|import|removed|check"
        r"|ephemeral|action|language)"
        r'(?: "[^"\n]+"){0,2} *\{',
        Mistake("Terraform source (HCL)", PLAN_AND_SHOW),
    ),
    (
        r"\A(?:[ \t]*(?:(?:#|//)[^\n]*)?\n)*[A-Za-z_][\w-]*[ \t]*=[ \t]*(?:[\"\[{<\d]|true\b|false\b|null\b)",
        Mistake("values of Terraform variables (tfvars)", PLAN_AND_SHOW),
    ),
    (
        r"\A\s*(?i:<!doctype html|<html|<head|<body)",
        Mistake("a web page, perhaps a login or an error page", "download the file again"),
    ),
    (r"\A\s*<(?:\?xml|[A-Za-z!])", Mistake("XML", WANTED, other=True)),
    (
        r"\A(?=[^\n]*[,;\t])[^\n]*(?:BilledCost|ChargePeriodStart|BillingAccountId|lineItem/|line_item_|CostInBillingCurrency)",
        Mistake("a billing export in CSV", "it is for `tagward coverage`"),
    ),
    (
        r"\A[^\n,:{]+(?:,[^\n,:{]*){2,}\n[^\n]+(?:,[^\n,]*){2,}",
        Mistake("a table in CSV", WANTED, other=True),
    ),
    (r"\A\s*(?:strict )?digraph\b", Mistake("a graph, from `terraform graph`", PLAN_AND_SHOW)),
    (r"\A(?:#[^\n]*\n)*FROM \S+", Mistake("a Dockerfile", WANTED, other=True)),
    (r"\A#!", Mistake("a script", WANTED, other=True)),
    (r"\A-----BEGIN ", Mistake("a key or a certificate", WANTED, other=True)),
    (r"\Aversion https://git-lfs", Mistake("a pointer of Git LFS", "fetch the file with `git lfs pull`")),
    (r"^<{7} ", Mistake("a file with an unresolved merge conflict", "resolve it first")),
)


def mistake_in_text(text: str) -> Mistake:
    """Recognise text that is neither JSON nor a manifest."""
    plain = _ESCAPE.sub("", text).replace("\r\n", "\n")
    for pattern, mistake in _BY_TEXT:
        if re.search(pattern, plain, re.MULTILINE):
            return mistake
    keys = tuple(dict.fromkeys(_YAML_KEY.findall(plain)))
    if keys or _YAML_ITEM.search(plain):
        return mistake_in_yaml(plain, keys)
    return Mistake("text that is no plan, state or manifest", WANTED, other=True)
