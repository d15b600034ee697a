variable "rendered" {
  description = "The file that `kubectl kustomize deploy/overlays/NAME` wrote."
  type        = string

  validation {
    condition     = fileexists(var.rendered)
    error_message = "There is no such file: run `kubectl kustomize deploy/overlays/self-signed > FILE` first."
  }
}

variable "image" {
  description = "The image that was built of deploy/Containerfile, with its tag or digest."
  type        = string

  validation {
    condition     = can(regex("(:[A-Za-z0-9_.-]+|@sha256:[0-9a-f]{64})$", var.image)) && !endswith(var.image, ":latest")
    error_message = "Write the image with its tag or its digest, as `registry.example.com/tagward:0.1.0`; `latest` is another image every day."
  }
}

variable "stage" {
  description = "How far the roll-out has come: with `ignore` requests that the webhook cannot answer are let through, `enforce` does as was rendered."
  type        = string
  default     = "ignore"

  validation {
    condition     = contains(["ignore", "enforce"], var.stage)
    error_message = "The stages are ignore and enforce."
  }
}
