variable "compiled" {
  description = "The directory that `tagward compile -t aws-scp -t aws-tag-policy -o DIR` wrote."
  type        = string

  validation {
    condition     = fileexists("${var.compiled}/manifest.json")
    error_message = "There is no manifest.json: run `tagward compile POLICY -t aws-scp -t aws-tag-policy -o DIR` first."
  }
}

variable "policy_types" {
  description = "Which of the compiled policies to deploy; the organization must have these types enabled."
  type        = set(string)
  default     = ["SERVICE_CONTROL_POLICY", "TAG_POLICY"]

  validation {
    condition     = length(setsubtract(var.policy_types, ["SERVICE_CONTROL_POLICY", "TAG_POLICY"])) == 0
    error_message = "The policy types are SERVICE_CONTROL_POLICY and TAG_POLICY."
  }
}

variable "stage" {
  description = "How far the roll-out has come: `none` makes the policies and attaches them to nothing, `sandbox` attaches them to `sandbox_targets`, `all` to `targets` too."
  type        = string
  default     = "none"

  validation {
    condition     = contains(["none", "sandbox", "all"], var.stage)
    error_message = "The stages are none, sandbox and all."
  }
}

variable "sandbox_targets" {
  description = "The organizational units or accounts that get the policies first."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for each in var.sandbox_targets : can(regex("^(r-[0-9a-z]+|ou-[0-9a-z]+-[0-9a-z]+|[0-9]{12})$", each))])
    error_message = "Write the ids of roots (r-...), organizational units (ou-...-...) or accounts (twelve digits)."
  }
}

variable "targets" {
  description = "The roots, organizational units or accounts that get the policies in the end."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for each in var.targets : can(regex("^(r-[0-9a-z]+|ou-[0-9a-z]+-[0-9a-z]+|[0-9]{12})$", each))])
    error_message = "Write the ids of roots (r-...), organizational units (ou-...-...) or accounts (twelve digits)."
  }
}

variable "name_prefix" {
  description = "What the names of the policies begin with."
  type        = string
  default     = ""
}

variable "tags" {
  description = "The tags of the policies themselves."
  type        = map(string)
  default     = {}
}
