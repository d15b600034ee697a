# First: tagward compile POLICY -t gcp-org-policy -o compiled

terraform {
  required_version = ">= 1.5"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = ">= 6.0"
    }
  }
}

variable "compiled" {
  description = "What tagward compiled."
  type        = string
  default     = "compiled"
}

variable "organization" {
  description = "The number of the organization."
  type        = string
}

variable "billing_project" {
  description = "The project that calls of the Organization Policy API are counted on."
  type        = string
}

provider "google" {
  billing_project       = var.billing_project
  user_project_override = true
}

module "tag_policies" {
  source = "../../gcp"

  compiled     = var.compiled
  organization = var.organization

  # Everything is a dry run, but buckets are denied: nobody was left in the audit log.
  enforce = ["storage.googleapis.com/Bucket"]
}

output "dry_runs" {
  description = "What is not enforced yet."
  value       = module.tag_policies.dry_runs
}
