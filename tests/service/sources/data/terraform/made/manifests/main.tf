terraform {
  required_providers {
    kubernetes = { source = "hashicorp/kubernetes" }
    kubectl    = { source = "gavinbunney/kubectl" }
  }
}
variable "token" {
  type      = string
  sensitive = true
  default   = "S3CRET!"
}
resource "terraform_data" "later" { input = "x" }
locals {
  labels = { ml-team = "fraud-detection", ml-project = "card-scoring", ml-workload-type = "inference", ml-environment = "dev" }
  pod    = { containers = [{ name = "main", image = "web:1" }] }
}
resource "kubernetes_manifest" "good" {
  manifest = {
    apiVersion = "v1"
    kind       = "Pod"
    metadata   = { name = "good", namespace = "ml", labels = local.labels }
    spec       = local.pod
  }
}
resource "kubernetes_manifest" "bare" {
  for_each = toset(["a", "b"])
  manifest = {
    apiVersion = "apps/v1"
    kind       = "Deployment"
    metadata   = { name = each.key, namespace = "ml", labels = local.labels }
    spec       = { template = { metadata = { labels = { app = "x" } }, spec = local.pod } }
  }
}
resource "kubernetes_manifest" "value" {
  manifest = {
    apiVersion = "apps/v1"
    kind       = "Deployment"
    metadata   = { name = "value", namespace = "ml" }
    spec       = { template = { metadata = { labels = merge(local.labels, { ml-team = terraform_data.later.id }) }, spec = local.pod } }
  }
}
resource "kubernetes_manifest" "labels" {
  manifest = {
    apiVersion = "v1"
    kind       = "Pod"
    metadata   = { name = "labels", namespace = "ml", labels = terraform_data.later.output }
    spec       = local.pod
  }
}
resource "kubernetes_manifest" "template" {
  manifest = {
    apiVersion = "apps/v1"
    kind       = "Deployment"
    metadata   = { name = "template", namespace = terraform_data.later.id }
    spec       = { template = terraform_data.later.output }
  }
}
resource "kubernetes_manifest" "whole" {
  manifest = yamldecode(terraform_data.later.output)
}
resource "kubernetes_manifest" "secret" {
  manifest = {
    apiVersion = "v1"
    kind       = "Pod"
    metadata   = { name = "secret", namespace = "ml", labels = merge(local.labels, { ml-team = var.token }) }
    spec       = local.pod
  }
}
resource "kubernetes_manifest" "number" {
  manifest = {
    apiVersion = "v1"
    kind       = "Pod"
    metadata   = { name = "n", namespace = "ml", labels = merge(local.labels, { ml-team = 4711 }) }
    spec       = local.pod
  }
}
resource "kubernetes_manifest" "service" {
  manifest = {
    apiVersion = "v1"
    kind       = "Service"
    metadata   = { name = "s" }
  }
}
resource "kubectl_manifest" "text" {
  yaml_body = <<-EOT
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web, namespace: ml}
    spec:
      template:
        metadata: {labels: {ml-team: fraud-detection}}
        spec: {containers: [{name: main, image: "web:1"}]}
  EOT
}
resource "kubectl_manifest" "later" { yaml_body = terraform_data.later.output }
resource "kubectl_manifest" "broken" { yaml_body = "a: [" }
resource "kubectl_manifest" "moved" {
  yaml_body          = yamlencode({ apiVersion = "v1", kind = "Pod", metadata = { name = "m", namespace = "a", labels = local.labels }, spec = local.pod })
  override_namespace = "prod-x"
}
module "inner" {
  source = "./inner"
  team   = terraform_data.later.id
}
