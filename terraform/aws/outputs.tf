output "policies" {
  description = "The ids of the policies, by what was compiled."
  value       = { for key, each in aws_organizations_policy.this : key => each.id }

  precondition {
    condition     = length(local.missing) == 0
    error_message = "Not compiled: ${join(", ", local.missing)}. Compile all that is deployed in one run, or leave its type out of policy_types."
  }
}

output "attached_to" {
  description = "The roots, organizational units and accounts that have the policies at this stage."
  value       = local.attached_to
}

output "changes_on" {
  description = "The days on which the policy changes, and must be compiled and applied again."
  value       = sort(distinct(flatten([for written in local.targets : try(written.changes_on, [])])))
}
