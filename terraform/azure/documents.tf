# What was compiled, as Terraform needs it. Nothing in here asks Azure.

locals {
  manifest  = jsondecode(file("${var.compiled}/manifest.json"))
  artifacts = try(local.manifest.targets["azure-policy"].artifacts, [])
  changed   = [for each in local.artifacts : each.path if filesha256("${var.compiled}/${each.path}") != each.sha256]

  bodies = {
    for kind in ["policyDefinitions", "policySetDefinitions", "policyAssignments", "policyExemptions"] : kind => {
      for body in [
        for each in local.artifacts : jsondecode(file("${var.compiled}/${each.path}")) if each.kind == kind
      ] : body.name => body
    }
  }

  # What is passed before it is enforced; what only audits is passed as it was compiled.
  softened = var.stage == "audit" ? { Deny = "Audit", Modify = "Disabled" } : {}

  effects = {
    for name, body in local.bodies.policyAssignments : name => {
      for parameter, each in body.properties.parameters : parameter => lookup(local.softened, each.value, each.value)
    }
  }

  # What the identity of the assignment must be allowed to do.
  roles = toset(flatten([
    for body in local.bodies.policyDefinitions : try(body.properties.policyRule.then.details.roleDefinitionIds, [])
  ]))
}
