output "definitions" {
  description = "The ids of the definitions, by name."
  value       = { for name, each in azurerm_policy_definition.this : name => each.id }

  precondition {
    condition     = can(local.manifest.targets["azure-policy"])
    error_message = "Not compiled: azure-policy. Compile all that is deployed in one run."
  }
}

output "initiative" {
  description = "The id of the initiative."
  value       = one([for each in local.initiatives : each.id])
}

output "assignment" {
  description = "The id of the assignment."
  value       = one([for each in local.assignments : each.id])
}

output "effects" {
  description = "What the assignment passes at this stage."
  value       = one(values(local.effects))
}

output "identity" {
  description = "The identity that copies tags, null where none are copied."
  value       = one([for each in local.assignments : one(each.identity[*].principal_id)])
}

output "changes_on" {
  description = "The days on which the policy changes, and must be compiled and applied again."
  value       = try(local.manifest.targets["azure-policy"].changes_on, [])
}
