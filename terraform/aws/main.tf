resource "aws_organizations_policy" "this" {
  for_each = local.policies

  name        = each.value.name
  description = "Compiled by tagward ${local.manifest.tagward} from ${local.manifest.policy.name} ${local.manifest.policy.version}."
  type        = each.value.type
  content     = each.value.content
  tags        = var.tags

  lifecycle {
    precondition {
      condition     = length(local.changed) == 0
      error_message = "Files differ from the manifest, compile again: ${join(", ", local.changed)}"
    }
  }
}

resource "aws_organizations_policy_attachment" "this" {
  for_each = local.attachments

  policy_id = aws_organizations_policy.this[each.value.policy].id
  target_id = each.value.target
}
