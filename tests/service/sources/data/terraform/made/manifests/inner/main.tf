variable "team" { type = string }
terraform {
  required_providers {
    kubernetes = { source = "hashicorp/kubernetes" }
  }
}
resource "kubernetes_manifest" "pod" {
  manifest = {
    apiVersion = "v1"
    kind       = "Pod"
    metadata   = { name = "p", namespace = "ml", labels = { ml-team = var.team } }
    spec       = { containers = [{ name = "main", image = "web:1" }] }
  }
}
