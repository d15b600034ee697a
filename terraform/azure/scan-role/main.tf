# What `tagward scan azure --print-permissions` prints, given to those who scan.

resource "azurerm_role_definition" "this" {
  name              = var.name
  scope             = var.scope
  description       = "Reads which resources there are and how they are tagged; no keys and no data."
  assignable_scopes = [var.scope]

  permissions {
    # Resource Graph shows those resources that may be read themselves, and hides the others silently.
    actions          = ["*/read"]
    not_actions      = []
    data_actions     = []
    not_data_actions = []
  }
}

resource "azurerm_role_assignment" "this" {
  for_each = var.principals

  scope              = var.scope
  role_definition_id = azurerm_role_definition.this.role_definition_resource_id
  principal_id       = each.value
  description        = "tagward scan: ${each.key}"
}
