resource "google_org_policy_custom_constraint" "this" {
  for_each = local.constraints

  parent         = local.organization
  name           = each.value.id
  display_name   = each.value.display_name
  description    = each.value.description
  action_type    = each.value.action_type
  condition      = each.value.condition
  method_types   = each.value.method_types
  resource_types = each.value.resource_types

  lifecycle {
    precondition {
      condition     = length(local.changed) == 0
      error_message = "Files differ from the manifest, compile again: ${join(", ", local.changed)}"
    }
  }
}

resource "google_org_policy_policy" "this" {
  for_each = local.policies

  parent = each.value.parent
  name   = "${each.value.parent}/policies/${google_org_policy_custom_constraint.this[each.value.constraint].name}"

  dynamic "spec" {
    for_each = each.value.dry_run ? [] : [each.value.enforce]

    content {
      rules {
        enforce = spec.value ? "TRUE" : "FALSE"
      }
    }
  }

  dynamic "dry_run_spec" {
    for_each = each.value.dry_run ? [each.value.enforce] : []

    content {
      rules {
        enforce = dry_run_spec.value ? "TRUE" : "FALSE"
      }
    }
  }
}
