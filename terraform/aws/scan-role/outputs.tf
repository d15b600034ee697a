output "role_name" {
  description = "The name of the role, for `tagward scan aws --role`."
  value       = var.role_name
}

output "caller_policy" {
  description = "What whoever scans must be allowed in their own account, as JSON."
  value       = local.caller
}
