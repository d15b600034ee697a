output "constraints" {
  description = "The custom constraints, by resource type."
  value = {
    for type in distinct(flatten([for each in local.constraints : each.resource_types])) : type =>
    [for key, each in google_org_policy_custom_constraint.this : each.name if contains(local.constraints[key].resource_types, type)]
  }

  precondition {
    condition     = can(local.manifest.targets["gcp-org-policy"])
    error_message = "Not compiled: gcp-org-policy. Compile all that is deployed in one run."
  }
}

output "enforced" {
  description = "The policies that deny."
  value       = [for key, each in google_org_policy_policy.this : each.name if !local.policies[key].dry_run]
}

output "dry_runs" {
  description = "The policies that log what they would deny."
  value       = [for key, each in google_org_policy_policy.this : each.name if local.policies[key].dry_run]
}

output "changes_on" {
  description = "The days on which the policy changes, and must be compiled and applied again."
  value       = try(local.manifest.targets["gcp-org-policy"].changes_on, [])
}
