output "policies" {
  description = "The ids of the policies, by what was compiled."
  value       = { for key, each in aws_organizations_policy.this : key => each.id }
}

output "attached_to" {
  description = "The roots, organizational units and accounts that have the policies at this stage."
  value       = local.attached_to
}

output "changes_on" {
  description = "The days on which the policy changes, and must be compiled and applied again."
  value = sort(distinct(concat(
    try(local.manifest.targets["aws-scp"].changes_on, []),
    try(local.manifest.targets["aws-tag-policy"].changes_on, []),
  )))
}
