output "objects" {
  description = "The objects in the cluster, as kind and name."
  value       = concat(keys(kubernetes_manifest.this), keys(kubernetes_manifest.constraint))

  precondition {
    condition     = can(local.manifest.targets[var.target])
    error_message = "Not compiled: ${var.target}. Compile all that is deployed in one run."
  }
}

output "changes_on" {
  description = "The days on which the policy changes, and must be compiled and applied again."
  value       = try(local.manifest.targets[var.target].changes_on, [])
}
