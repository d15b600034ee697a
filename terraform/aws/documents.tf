# What was compiled, as Terraform needs it. Nothing in here asks AWS.

locals {
  manifest = jsondecode(file("${var.compiled}/manifest.json"))
  artifacts = concat(
    try(local.manifest.targets["aws-scp"].artifacts, []),
    try(local.manifest.targets["aws-tag-policy"].artifacts, []),
  )
  changed = [for each in local.artifacts : each.path if filesha256("${var.compiled}/${each.path}") != each.sha256]

  policies = {
    for each in local.artifacts : trimsuffix(each.path, ".json") => {
      name    = "${var.name_prefix}${replace(trimsuffix(each.path, ".json"), "/", "-")}"
      type    = each.kind
      content = file("${var.compiled}/${each.path}")
    } if contains(var.policy_types, each.kind)
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
