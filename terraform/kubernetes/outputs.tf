output "objects" {
  description = "The objects in the cluster, as kind and name."
  value       = keys(kubernetes_manifest.this)
}

output "changes_on" {
  description = "The days on which the policy changes, and must be compiled and applied again."
  value       = try(local.manifest.targets["kubernetes-vap"].changes_on, [])
}
