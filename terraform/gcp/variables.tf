variable "compiled" {
  description = "The directory that `tagward compile -t gcp-org-policy -o DIR` wrote."
  type        = string

  validation {
    condition     = fileexists("${var.compiled}/manifest.json")
    error_message = "There is no manifest.json: run `tagward compile POLICY -t gcp-org-policy -o DIR` first."
  }
}

variable "organization" {
  description = "The number of the organization: custom constraints are made nowhere else."
  type        = string

  validation {
    condition     = can(regex("^[0-9]+$", var.organization))
    error_message = "Give the number of the organization, as `gcloud organizations list` shows it."
  }
}

variable "parent" {
  description = "Where to enforce, in place of what was compiled: `organizations/NUMBER`, `folders/NUMBER` or `projects/ID`. Policies for single projects stay where they are."
  type        = string
  default     = null

  validation {
    condition     = var.parent == null || can(regex("^(organizations|folders)/[0-9]+$|^projects/[a-z0-9.:-]+$", var.parent))
    error_message = "Write `organizations/NUMBER`, `folders/NUMBER` or `projects/ID`."
  }
}

variable "enforce" {
  description = "The resource types that are enforced, `[\"*\"]` for all; the others are dry runs, which log and deny nothing. Begin with none."
  type        = set(string)
  default     = []
}
