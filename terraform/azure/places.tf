# Where things are made and assigned, as Azure names it.

data "azurerm_subscription" "provider" {
  count = var.management_group_id == null ? 1 : 0
}

# Asked only where there are exemptions: Azure takes them for subscriptions that the assignment reaches.
data "azurerm_management_group" "assigned_to" {
  count = local.assigned_to_group && length(local.bodies.policyExemptions) > 0 ? 1 : 0

  name = basename(local.assigned_to)
}

locals {
  made_in       = var.management_group_id == null ? data.azurerm_subscription.provider[0].id : var.management_group_id
  made_in_group = var.management_group_id != null

  assigned_to       = var.assign_to == null ? local.made_in : var.assign_to
  assigned_to_group = startswith(local.assigned_to, "/providers/Microsoft.Management/managementGroups/")

  reached = local.assigned_to_group ? [
    for id in flatten(data.azurerm_management_group.assigned_to[*].all_subscription_ids) : "/subscriptions/${id}"
  ] : [local.assigned_to]
}
