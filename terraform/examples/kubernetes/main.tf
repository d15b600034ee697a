# First: tagward compile POLICY -t kubernetes-vap -o compiled

terraform {
  required_version = ">= 1.5"

  required_providers {
    kubernetes = {
      source  = "hashicorp/kubernetes"
      version = ">= 2.30"
    }
  }
}

variable "compiled" {
  description = "What tagward compiled."
  type        = string
  default     = "compiled"
}

variable "context" {
  description = "The context of the kubeconfig to use."
  type        = string
}

provider "kubernetes" {
  config_path    = "~/.kube/config"
  config_context = var.context
}

module "tag_policies" {
  source = "../../kubernetes"

  compiled = var.compiled
  stage    = "warn"
}

output "objects" {
  description = "What is in the cluster."
  value       = module.tag_policies.objects
}
