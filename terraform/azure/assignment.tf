locals {
  initiatives = merge(azurerm_management_group_policy_set_definition.this, azurerm_policy_set_definition.this)
  assignments = merge(azurerm_management_group_policy_assignment.this, azurerm_subscription_policy_assignment.this)
  assignment  = one(values(local.assignments))
}

resource "azurerm_management_group_policy_assignment" "this" {
  for_each = { for name, body in local.bodies.policyAssignments : name => body if local.assigned_to_group }

  name                 = each.key
  management_group_id  = local.assigned_to
  not_scopes           = var.not_scopes
  policy_definition_id = local.initiatives[basename(each.value.properties.policyDefinitionId)].id
  display_name         = each.value.properties.displayName
  metadata             = jsonencode(each.value.properties.metadata)
  parameters           = jsonencode({ for name, effect in local.effects[each.key] : name => { value = effect } })
  enforce              = each.value.properties.enforcementMode == "Default" && var.stage != "dry-run"
  location             = try(each.value.location, null)

  dynamic "identity" {
    for_each = try([each.value.identity], [])

    content {
      type = identity.value.type
    }
  }

  dynamic "non_compliance_message" {
    for_each = each.value.properties.nonComplianceMessages

    content {
      content                        = non_compliance_message.value.message
      policy_definition_reference_id = non_compliance_message.value.policyDefinitionReferenceId
    }
  }

  lifecycle {
    precondition {
      condition     = local.made_in_group || local.assigned_to == local.made_in
      error_message = "What is made in a subscription holds nowhere else: set management_group_id, or leave assign_to out."
    }
  }
}

resource "azurerm_subscription_policy_assignment" "this" {
  for_each = { for name, body in local.bodies.policyAssignments : name => body if !local.assigned_to_group }

  name                 = each.key
  subscription_id      = local.assigned_to
  not_scopes           = var.not_scopes
  policy_definition_id = local.initiatives[basename(each.value.properties.policyDefinitionId)].id
  display_name         = each.value.properties.displayName
  metadata             = jsonencode(each.value.properties.metadata)
  parameters           = jsonencode({ for name, effect in local.effects[each.key] : name => { value = effect } })
  enforce              = each.value.properties.enforcementMode == "Default" && var.stage != "dry-run"
  location             = try(each.value.location, null)

  dynamic "identity" {
    for_each = try([each.value.identity], [])

    content {
      type = identity.value.type
    }
  }

  dynamic "non_compliance_message" {
    for_each = each.value.properties.nonComplianceMessages

    content {
      content                        = non_compliance_message.value.message
      policy_definition_reference_id = non_compliance_message.value.policyDefinitionReferenceId
    }
  }

  lifecycle {
    precondition {
      condition     = local.made_in_group || local.assigned_to == local.made_in
      error_message = "What is made in a subscription holds nowhere else: set management_group_id, or leave assign_to out."
    }
  }
}

# Azure names a role of a subscription with the subscription in front, and so must Terraform.
resource "azurerm_role_assignment" "this" {
  for_each = local.roles

  scope                            = local.assigned_to
  role_definition_id               = local.assigned_to_group ? each.value : "${local.assigned_to}${each.value}"
  principal_id                     = local.assignment.identity[0].principal_id
  skip_service_principal_aad_check = true
}

resource "azurerm_subscription_policy_exemption" "this" {
  for_each = { for name, body in local.bodies.policyExemptions : name => body if contains(local.reached, body.scope) }

  name                            = each.key
  subscription_id                 = each.value.scope
  policy_assignment_id            = local.assignments[basename(each.value.properties.policyAssignmentId)].id
  policy_definition_reference_ids = each.value.properties.policyDefinitionReferenceIds
  exemption_category              = each.value.properties.exemptionCategory
  expires_on                      = each.value.properties.expiresOn
  display_name                    = each.value.properties.displayName
  description                     = each.value.properties.description
  metadata                        = jsonencode(each.value.properties.metadata)
}
