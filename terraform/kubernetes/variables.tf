variable "compiled" {
  description = "The directory that `tagward compile -t kubernetes-vap -o DIR` wrote."
  type        = string

  validation {
    condition     = fileexists("${var.compiled}/manifest.json")
    error_message = "There is no manifest.json: run `tagward compile POLICY -t kubernetes-vap -o DIR` first."
  }
}

variable "stage" {
  description = "How far the roll-out has come: `audit` only writes to the audit log, `warn` tells whoever applies something, `enforce` does what was compiled."
  type        = string
  default     = "audit"

  validation {
    condition     = contains(["audit", "warn", "enforce"], var.stage)
    error_message = "The stages are audit, warn and enforce."
  }
}
