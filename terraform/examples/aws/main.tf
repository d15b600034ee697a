# First: tagward compile POLICY -t aws-scp -t aws-tag-policy -o compiled
# Organizations is called in the management account, or in one that may manage policies for it.

terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

variable "compiled" {
  description = "What tagward compiled."
  type        = string
  default     = "compiled"
}

provider "aws" {
  region = "us-east-1"
}

module "tag_policies" {
  source = "../../aws"

  compiled = var.compiled

  # Only the sandbox has them yet; `all` adds the rest.
  stage           = "sandbox"
  sandbox_targets = ["ou-ab12-sandbox1"]
  targets         = ["ou-ab12-workload"]
  name_prefix     = "tagward-"
}

output "attached_to" {
  description = "Who has the policies."
  value       = module.tag_policies.attached_to
}
