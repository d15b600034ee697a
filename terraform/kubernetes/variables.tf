variable "compiled" {
  description = "The directory that `tagward compile -t TARGET -o DIR` wrote."
  type        = string

  validation {
    condition     = fileexists("${var.compiled}/manifest.json")
    error_message = "There is no manifest.json: run `tagward compile POLICY -t kubernetes-vap -o DIR` first."
  }
}

variable "target" {
  description = "Which of the compiled targets to deploy: `kubernetes-vap`, which every cluster has, `gatekeeper` or `kyverno`, which must be installed."
  type        = string
  default     = "kubernetes-vap"

  validation {
    condition     = contains(["kubernetes-vap", "gatekeeper", "kyverno"], var.target)
    error_message = "The targets are kubernetes-vap, gatekeeper and kyverno."
  }
}

variable "stage" {
  description = "How far the roll-out has come: `audit` only writes it down, `warn` tells whoever applies something, `enforce` does what was compiled."
  type        = string
  default     = "audit"

  validation {
    condition     = contains(["audit", "warn", "enforce"], var.stage)
    error_message = "The stages are audit, warn and enforce."
  }
}

variable "constraints" {
  description = "Whether to make the constraints of Gatekeeper: not at the first apply, as Terraform plans them only once Gatekeeper has made their kind out of the template."
  type        = bool
  default     = true
}
