variable "scanners" {
  description = "Who may take the role: the ARNs of the roles that scan."
  type        = set(string)

  validation {
    condition     = length(var.scanners) > 0 && alltrue([for each in var.scanners : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:(role|user)/", each))])
    error_message = "Write the ARNs of roles, as arn:aws:iam::111122223333:role/nightly."
  }
}

variable "organizational_units" {
  description = "The roots or organizational units whose accounts get the role, by a StackSet; without any, the account that is called gets it."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for each in var.organizational_units : can(regex("^(r-[0-9a-z]+|ou-[0-9a-z]+-[0-9a-z]+)$", each))])
    error_message = "Write the ids of roots (r-...) or organizational units (ou-...-...)."
  }
}

variable "caller_role" {
  description = "The name of the role in this account that scans, which gets the right to list accounts and to take the role; null leaves it to you."
  type        = string
  default     = null
}

variable "external_id" {
  description = "What whoever takes the role has to say, as `tagward scan aws --external-id`."
  type        = string
  default     = null
}

variable "role_name" {
  description = "The name of the role, as `tagward scan aws --role`."
  type        = string
  default     = "tagward-scan"
}

variable "tags" {
  description = "The tags of what is made."
  type        = map(string)
  default     = {}
}
