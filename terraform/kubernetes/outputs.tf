output "objects" {
  description = "The objects in the cluster, as kind and name."
  value       = concat(keys(kubernetes_manifest.this), keys(kubernetes_manifest.constraint))

  precondition {
    condition     = contains(keys(local.manifest.targets), var.target)
    error_message = "Nothing was compiled for this target: run `tagward compile POLICY -t ${var.target} -o DIR`."
  }
}

output "changes_on" {
  description = "The days on which the policy changes, and must be compiled and applied again."
  value       = try(local.manifest.targets[var.target].changes_on, [])
}
