terraform {
  required_providers {
    kubernetes = { source = "hashicorp/kubernetes" }
  }
}
variable "team" { type = string }
resource "kubernetes_pod_v1" "pod" {
  metadata {
    name      = "inner"
    namespace = "west"
    labels    = { ml-team = var.team }
  }
  spec {
    container {
      name  = "main"
      image = "web:1"
    }
  }
}
