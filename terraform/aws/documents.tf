# What was compiled, as Terraform needs it. Nothing in here asks AWS.

locals {
  manifest = jsondecode(file("${var.compiled}/manifest.json"))
  targets = {
    for type, target in { SERVICE_CONTROL_POLICY = "aws-scp", TAG_POLICY = "aws-tag-policy" } :
    target => try(local.manifest.targets[target], null) if contains(var.policy_types, type)
  }
  missing   = [for target, written in local.targets : target if written == null]
  artifacts = flatten([for written in local.targets : try(written.artifacts, [])])
  changed   = [for each in local.artifacts : each.path if filesha256("${var.compiled}/${each.path}") != each.sha256]

  policies = {
    for each in local.artifacts : trimsuffix(each.path, ".json") => {
      name    = "${var.name_prefix}${replace(trimsuffix(each.path, ".json"), "/", "-")}"
      type    = each.kind
      content = file("${var.compiled}/${each.path}")
    }
  }

  attached_to = {
    none    = toset([])
    sandbox = var.sandbox_targets
    all     = setunion(var.sandbox_targets, var.targets)
  }[var.stage]

  attachments = {
    for pair in setproduct(keys(local.policies), local.attached_to) : "${pair[0]} ${pair[1]}" => {
      policy = pair[0]
      target = pair[1]
    }
  }
}
