resource "kubernetes_manifest" "namespace" {
  for_each = local.namespaces

  manifest = each.value
}

resource "kubernetes_manifest" "this" {
  for_each = local.manifests

  manifest = each.value

  depends_on = [kubernetes_manifest.namespace]
}

# The first certificate, once there is somebody to be told of it.
resource "kubernetes_manifest" "job" {
  for_each = local.named_jobs

  manifest = each.value

  # The API server adds labels of its own to the pods of a job.
  computed_fields = ["metadata.annotations", "metadata.labels", "spec.template.metadata.labels"]

  depends_on = [kubernetes_manifest.this]
}
