# First: tagward compile POLICY -t azure-policy -o compiled

terraform {
  required_version = ">= 1.5"

  required_providers {
    azurerm = {
      source  = "hashicorp/azurerm"
      version = ">= 4.43"
    }
  }
}

variable "compiled" {
  description = "What tagward compiled."
  type        = string
  default     = "compiled"
}

variable "subscription_id" {
  description = "The subscription that the provider signs in to; nothing is made in it."
  type        = string
}

provider "azurerm" {
  subscription_id = var.subscription_id

  features {}
}

module "tag_policies" {
  source = "../../azure"

  compiled            = var.compiled
  management_group_id = "/providers/Microsoft.Management/managementGroups/acme"

  # Only the sandbox has them yet; without `assign_to` the whole group gets them.
  assign_to = "/providers/Microsoft.Management/managementGroups/acme-sandbox"
  stage     = "audit"
}

output "effects" {
  description = "What happens at this stage."
  value       = module.tag_policies.effects
}
