variable "scope" {
  description = "What is scanned: `organizations/NUMBER`, `folders/NUMBER` or `projects/ID`."
  type        = string

  validation {
    condition     = can(regex("^(organizations|folders)/[0-9]+$|^projects/[a-z0-9.:-]+$", var.scope))
    error_message = "Write `organizations/NUMBER`, `folders/NUMBER` or `projects/ID`."
  }
}

variable "organization" {
  description = "The number of the organization that a folder is in: custom roles are made there or in a project."
  type        = string
  default     = null

  validation {
    condition     = var.organization == null || can(regex("^[0-9]+$", var.organization))
    error_message = "Give the number of the organization, as `gcloud organizations list` shows it."
  }
}

variable "members" {
  description = "Who scans: `serviceAccount:EMAIL`, `principalSet://...` and the like."
  type        = set(string)
}

variable "quota_project" {
  description = "The project that the requests are counted for, with the Cloud Asset API enabled; null leaves it to you."
  type        = string
  default     = null
}

variable "role_id" {
  description = "The id of the custom role."
  type        = string
  default     = "tagwardScan"
}
