resource "kubernetes_manifest" "this" {
  for_each = local.manifests

  manifest = each.value

  lifecycle {
    precondition {
      condition     = length(local.changed) == 0
      error_message = "Files differ from the manifest, compile again: ${join(", ", local.changed)}"
    }
  }
}
