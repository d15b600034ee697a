output "role" {
  description = "The custom role, to give it to others."
  value       = local.role
}
