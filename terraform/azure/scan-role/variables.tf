variable "scope" {
  description = "What is scanned: `/providers/Microsoft.Management/managementGroups/NAME` or `/subscriptions/ID`."
  type        = string

  validation {
    condition     = can(regex("^/subscriptions/[0-9a-fA-F-]{36}$|^/providers/Microsoft\\.Management/managementGroups/[^/]+$", var.scope))
    error_message = "Write `/providers/Microsoft.Management/managementGroups/NAME` or `/subscriptions/ID`."
  }
}

variable "principals" {
  description = "The object ids of the service principals or managed identities that scan, by a name of your choice."
  type        = map(string)
}

variable "name" {
  description = "What the role is called; it has to be the only one of its name in the tenant."
  type        = string
  default     = "tagward scan"
}
