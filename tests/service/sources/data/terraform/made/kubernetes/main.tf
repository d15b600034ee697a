terraform {
  required_providers {
    kubernetes = { source = "hashicorp/kubernetes" }
  }
}
provider "kubernetes" {
  host     = "https://127.0.0.1:1"
  insecure = true
}
provider "kubernetes" {
  alias    = "west"
  host     = "https://127.0.0.1:2"
  insecure = true
}
variable "token" {
  type      = string
  sensitive = true
  default   = "S3CRET!"
}
resource "terraform_data" "later" { input = "x" }
resource "terraform_data" "labels" { input = local.labels }
locals {
  labels = { ml-team = "fraud-detection", ml-project = "card-scoring", ml-workload-type = "inference", ml-environment = "dev" }
}
resource "kubernetes_namespace_v1" "ml" {
  metadata {
    name   = "ml"
    labels = local.labels
  }
}
resource "kubernetes_namespace" "generated" {
  metadata {
    generate_name = "team-"
    labels        = { ml-team = "fraud-detection" }
  }
}
resource "kubernetes_namespace_v1" "west" {
  provider = kubernetes.west
  metadata {
    name   = "west"
    labels = local.labels
  }
}
resource "kubernetes_deployment_v1" "good" {
  metadata {
    name      = "good"
    namespace = kubernetes_namespace_v1.ml.metadata[0].name
  }
  spec {
    selector { match_labels = { app = "x" } }
    template {
      metadata { labels = merge(local.labels, { app = "x" }) }
      spec {
        container {
          name  = "main"
          image = "web:1"
        }
      }
    }
  }
}
resource "kubernetes_deployment" "bare" {
  for_each = toset(["a", "b"])
  metadata {
    name   = each.key
    labels = local.labels
  }
  spec {
    selector { match_labels = { app = "x" } }
    template {
      metadata { labels = { app = "x" } }
      spec {
        container {
          name  = "main"
          image = "web:1"
        }
      }
    }
  }
}
resource "kubernetes_stateful_set_v1" "store" {
  metadata {
    name      = "store"
    namespace = "ml"
  }
  spec {
    service_name = "store"
    selector { match_labels = { app = "store" } }
    template {
      metadata { labels = merge(local.labels, { app = "store" }) }
      spec {
        container {
          name  = "main"
          image = "store:1"
        }
      }
    }
    volume_claim_template {
      metadata {
        name   = "data"
        labels = local.labels
      }
      spec {
        access_modes = ["ReadWriteOnce"]
        resources { requests = { storage = "1Gi" } }
      }
    }
    volume_claim_template {
      metadata { name = "log" }
      spec {
        access_modes = ["ReadWriteOnce"]
        resources { requests = { storage = "1Gi" } }
      }
    }
  }
}
resource "kubernetes_daemon_set_v1" "agent" {
  metadata { name = "agent" }
  spec {
    selector { match_labels = { app = "agent" } }
    template {
      metadata { labels = { app = "agent", ml-team = terraform_data.later.id, ml-project = null } }
      spec {
        container {
          name  = "main"
          image = "agent:1"
        }
      }
    }
  }
}
resource "kubernetes_job_v1" "train" {
  metadata { name = "train" }
  spec {
    template {
      metadata { labels = terraform_data.labels.output }
      spec {
        container {
          name  = "main"
          image = "train:1"
        }
      }
    }
  }
  wait_for_completion = false
}
resource "kubernetes_cron_job_v1" "nightly" {
  metadata { name = "nightly" }
  spec {
    schedule = "0 1 * * *"
    job_template {
      metadata { labels = local.labels }
      spec {
        template {
          metadata {}
          spec {
            restart_policy = "Never"
            container {
              name  = "main"
              image = "train:1"
            }
          }
        }
      }
    }
  }
}
resource "kubernetes_pod_v1" "secret" {
  metadata {
    name      = "secret"
    namespace = terraform_data.later.id
    labels    = merge(local.labels, { ml-team = var.token })
  }
  spec {
    container {
      name  = "main"
      image = "web:1"
    }
  }
}
resource "kubernetes_pod" "inherits" {
  metadata {
    name      = "inherits"
    namespace = kubernetes_namespace_v1.ml.metadata[0].name
  }
  spec {
    container {
      name  = "main"
      image = "web:1"
    }
  }
}
resource "kubernetes_pod_v1" "generated" {
  metadata {
    generate_name = "worker-"
    namespace     = kubernetes_namespace.generated.metadata[0].name
  }
  spec {
    container {
      name  = "main"
      image = "web:1"
    }
  }
}
resource "kubernetes_pod_v1" "elsewhere" {
  metadata {
    name      = "elsewhere"
    namespace = "west"
  }
  spec {
    container {
      name  = "main"
      image = "web:1"
    }
  }
}
resource "kubernetes_replication_controller_v1" "old" {
  metadata { name = "old" }
  spec {
    selector = { app = "old" }
    dynamic "template" {
      for_each = toset([terraform_data.later.id])
      content {
        metadata { labels = { app = "old" } }
        spec {
          container {
            name  = "main"
            image = "web:1"
          }
        }
      }
    }
  }
}
resource "kubernetes_persistent_volume_claim_v1" "data" {
  metadata {
    name   = "data"
    labels = { ml_team = "fraud-detection" }
  }
  spec {
    access_modes = ["ReadWriteOnce"]
    resources { requests = { storage = "1Gi" } }
  }
}
resource "kubernetes_service_v1" "web" {
  metadata { name = "web" }
  spec {
    port { port = 80 }
  }
}
resource "kubernetes_config_map_v1" "settings" {
  metadata { name = "settings" }
}
resource "kubernetes_labels" "node" {
  api_version = "v1"
  kind        = "Node"
  metadata { name = "n" }
  labels = { a = "b" }
}
resource "kubernetes_cluster_role_v1" "reader" {
  metadata { name = "reader" }
  rule {
    api_groups = [""]
    resources  = ["pods"]
    verbs      = ["get"]
  }
}
resource "kubernetes_namespace_v1" "unsure" {
  metadata {
    name   = "unsure"
    labels = { ml-team = "fraud-detection", cluster = terraform_data.later.id }
  }
}
resource "kubernetes_pod_v1" "unsure" {
  metadata {
    name      = "unsure"
    namespace = kubernetes_namespace_v1.unsure.metadata[0].name
  }
  spec {
    container {
      name  = "main"
      image = "web:1"
    }
  }
}
module "inner" {
  source    = "./inner"
  team      = terraform_data.later.id
  providers = { kubernetes = kubernetes.west }
}
