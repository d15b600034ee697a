# What was compiled, as Terraform needs it. Nothing in here asks Google Cloud.

locals {
  manifest  = jsondecode(file("${var.compiled}/manifest.json"))
  artifacts = try(local.manifest.targets["gcp-org-policy"].artifacts, [])
  changed   = [for each in local.artifacts : each.path if filesha256("${var.compiled}/${each.path}") != each.sha256]

  organization = "organizations/${var.organization}"

  constraint_files = {
    for each in local.artifacts : trimsuffix(basename(each.path), ".constraint.yaml") =>
    yamldecode(file("${var.compiled}/${each.path}")) if each.kind == "CustomConstraint"
  }

  constraints = {
    for key, each in local.constraint_files : key => {
      id             = element(split("/", each.name), 3)
      resource_types = each.resourceTypes
      method_types   = each.methodTypes
      condition      = replace(each.condition, "ORGANIZATION_ID", var.organization)
      action_type    = each.actionType
      display_name   = each.displayName
      description    = each.description
    }
  }

  policy_files = {
    for each in local.artifacts : trimsuffix(basename(each.path), ".yaml") =>
    yamldecode(file("${var.compiled}/${each.path}")) if each.kind == "Policy"
  }

  policies = {
    for key, each in local.policy_files : key => {
      constraint = split(".policy", key)[0]
      parent = startswith(each.name, "projects/") || var.parent == null ? replace(
        split("/policies/", each.name)[0], "ORGANIZATION_ID", var.organization
      ) : var.parent
      enforce = try(each.spec, each.dryRunSpec).rules[0].enforce
      dry_run = can(each.dryRunSpec) || length(setintersection(
        var.enforce, concat(["*"], local.constraints[split(".policy", key)[0]].resource_types)
      )) == 0
    }
  }
}
