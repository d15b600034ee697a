output "objects" {
  description = "The objects in the cluster, as kind and name."
  value = concat(
    keys(kubernetes_manifest.namespace),
    keys(kubernetes_manifest.this),
    keys(kubernetes_manifest.job),
  )
}
