# What was compiled, as Terraform needs it. Nothing in here asks a cluster.

locals {
  manifest  = jsondecode(file("${var.compiled}/manifest.json"))
  artifacts = try(local.manifest.targets[var.target].artifacts, [])
  changed   = [for each in local.artifacts : each.path if filesha256("${var.compiled}/${each.path}") != each.sha256]

  texts = flatten([
    for each in local.artifacts : split("\n---\n", trimprefix(file("${var.compiled}/${each.path}"), "---\n"))
  ])

  documents = {
    for each in [for text in local.texts : yamldecode(text) if trimspace(text) != ""] :
    "${each.kind}/${each.metadata.name}" => each
  }

  # What an action becomes before it is enforced. Gatekeeper writes them in lower case.
  softened = {
    audit   = { Deny = "Audit", Warn = "Audit", deny = "dryrun", warn = "dryrun" }
    warn    = { Deny = "Warn", deny = "warn" }
    enforce = {}
  }[var.stage]

  # Kyverno may be away, which must stop nobody before something is denied.
  staged = {
    for key, each in local.documents : key => merge(
      {
        for actions in [try(each.spec.validationActions, null)] : "validationActions" =>
        distinct([for action in actions : lookup(local.softened, action, action)]) if actions != null
      },
      {
        for action in [try(each.spec.enforcementAction, null)] : "enforcementAction" =>
        lookup(local.softened, action, action) if action != null
      },
      { for field in ["failurePolicy"] : field => "Ignore" if each.kind == "ValidatingPolicy" && var.stage != "enforce" },
      { for targets in [try(each.spec.targets, null)] : "targets" => local.targets[key] if targets != null },
    )
  }

  # The provider fails at two languages in one list (hashicorp/terraform-provider-kubernetes#2778). What a target
  # has as `rego` Gatekeeper takes for one more of its `code`.
  targets = {
    for key, each in local.documents : key => [
      for target in try(each.spec.targets, []) : merge(
        target,
        {
          for rego in [for code in target.code : code.source.rego if code.engine == "Rego" && length(target.code) > 1] :
          "rego" => rego
        },
        { code = [for code in target.code : code if code.engine != "Rego" || length(target.code) == 1] },
      )
    ]
  }

  manifests = {
    for key, each in local.documents : key => merge(each, { spec = merge(each.spec, local.staged[key]) })
  }

  # Gatekeeper makes the kind of a constraint out of a template.
  constraints = [
    for key, each in local.documents : key if startswith(each.apiVersion, "constraints.gatekeeper.sh/")
  ]
}
