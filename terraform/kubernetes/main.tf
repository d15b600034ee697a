resource "kubernetes_manifest" "this" {
  for_each = { for key, each in local.manifests : key => each if !contains(local.constraints, key) }

  manifest = each.value

  dynamic "wait" {
    for_each = each.value.kind == "ConstraintTemplate" ? ["true"] : []

    content {
      fields = { "status.created" = wait.value }
    }
  }

  lifecycle {
    precondition {
      condition     = length(local.changed) == 0
      error_message = "Files differ from the manifest, compile again: ${join(", ", local.changed)}"
    }
  }
}

resource "kubernetes_manifest" "constraint" {
  for_each = { for key, each in local.manifests : key => each if var.constraints && contains(local.constraints, key) }

  manifest = each.value

  depends_on = [kubernetes_manifest.this]
}
