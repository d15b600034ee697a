output "role_definition_id" {
  description = "The role, to give it to others."
  value       = azurerm_role_definition.this.role_definition_resource_id
}
