variable "compiled" {
  description = "The directory that `tagward compile -t azure-policy -o DIR` wrote."
  type        = string

  validation {
    condition     = fileexists("${var.compiled}/manifest.json")
    error_message = "There is no manifest.json: run `tagward compile POLICY -t azure-policy -o DIR` first."
  }
}

variable "management_group_id" {
  description = "The management group in which the definitions are made. Without one they are made in the subscription of the provider."
  type        = string
  default     = null

  validation {
    condition     = var.management_group_id == null || can(regex("^/providers/Microsoft.Management/managementGroups/[^/]+$", var.management_group_id))
    error_message = "Write `/providers/Microsoft.Management/managementGroups/NAME`."
  }
}

variable "assign_to" {
  description = "The management group or subscription that gets the policies: the one in which the definitions are made, or one below. Begin with a sandbox."
  type        = string
  default     = null

  validation {
    condition     = var.assign_to == null || can(regex("^(/providers/Microsoft.Management/managementGroups|/subscriptions)/[^/]+$", var.assign_to))
    error_message = "Write `/providers/Microsoft.Management/managementGroups/NAME` or `/subscriptions/ID`."
  }
}

variable "not_scopes" {
  description = "The management groups, subscriptions, resource groups or resources that are left out."
  type        = list(string)
  default     = []
}

variable "stage" {
  description = "How far the roll-out has come: `audit` only reports what would be denied, `dry-run` assigns what was compiled without enforcing it, `enforce` does what was compiled."
  type        = string
  default     = "audit"

  validation {
    condition     = contains(["audit", "dry-run", "enforce"], var.stage)
    error_message = "The stages are audit, dry-run and enforce."
  }
}
