resource "azurerm_policy_definition" "this" {
  for_each = local.bodies.policyDefinitions

  name                = each.key
  policy_type         = each.value.properties.policyType
  mode                = each.value.properties.mode
  display_name        = each.value.properties.displayName
  description         = try(each.value.properties.description, null)
  management_group_id = var.management_group_id
  metadata            = jsonencode(each.value.properties.metadata)
  parameters          = jsonencode(each.value.properties.parameters)
  policy_rule         = jsonencode(each.value.properties.policyRule)

  lifecycle {
    # A definition can go only after the initiative has let go of it.
    create_before_destroy = true

    precondition {
      condition     = length(local.changed) == 0
      error_message = "Files differ from the manifest, compile again: ${join(", ", local.changed)}"
    }
  }
}

resource "azurerm_management_group_policy_set_definition" "this" {
  for_each = { for name, body in local.bodies.policySetDefinitions : name => body.properties if local.made_in_group }

  name                = each.key
  policy_type         = each.value.policyType
  display_name        = each.value.displayName
  description         = try(each.value.description, null)
  management_group_id = var.management_group_id
  metadata            = jsonencode(each.value.metadata)
  parameters          = jsonencode(each.value.parameters)

  dynamic "policy_definition_reference" {
    for_each = each.value.policyDefinitions

    content {
      policy_definition_id = azurerm_policy_definition.this[basename(policy_definition_reference.value.policyDefinitionId)].id
      reference_id         = policy_definition_reference.value.policyDefinitionReferenceId
      parameter_values     = jsonencode(policy_definition_reference.value.parameters)
    }
  }
}

resource "azurerm_policy_set_definition" "this" {
  for_each = { for name, body in local.bodies.policySetDefinitions : name => body.properties if !local.made_in_group }

  name         = each.key
  policy_type  = each.value.policyType
  display_name = each.value.displayName
  description  = try(each.value.description, null)
  metadata     = jsonencode(each.value.metadata)
  parameters   = jsonencode(each.value.parameters)

  dynamic "policy_definition_reference" {
    for_each = each.value.policyDefinitions

    content {
      policy_definition_id = azurerm_policy_definition.this[basename(policy_definition_reference.value.policyDefinitionId)].id
      reference_id         = policy_definition_reference.value.policyDefinitionReferenceId
      parameter_values     = jsonencode(policy_definition_reference.value.parameters)
    }
  }
}
