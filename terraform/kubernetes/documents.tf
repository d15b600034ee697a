# What was compiled, as Terraform needs it. Nothing in here asks a cluster.

locals {
  manifest  = jsondecode(file("${var.compiled}/manifest.json"))
  artifacts = try(local.manifest.targets["kubernetes-vap"].artifacts, [])
  changed   = [for each in local.artifacts : each.path if filesha256("${var.compiled}/${each.path}") != each.sha256]

  texts = flatten([
    for each in local.artifacts : split("\n---\n", trimprefix(file("${var.compiled}/${each.path}"), "---\n"))
  ])

  documents = {
    for each in [for text in local.texts : yamldecode(text) if trimspace(text) != ""] :
    "${each.kind}/${each.metadata.name}" => each
  }

  # What Deny becomes before it denies; Deny and Warn may not stand together.
  softened = { audit = "Audit", warn = "Warn", enforce = "Deny" }

  manifests = {
    for key, each in local.documents : key => merge(each, {
      for field in ["spec"] : field => merge(each.spec, {
        validationActions = distinct([
          for action in each.spec.validationActions :
          action == "Deny" ? local.softened[var.stage] : var.stage == "audit" ? "Audit" : action
        ])
      }) if each.kind == "ValidatingAdmissionPolicyBinding"
    })
  }
}
