# What `tagward scan gcp --print-permissions` prints, given to those who scan.

locals {
  kind         = split("/", var.scope)[0]
  name         = split("/", var.scope)[1]
  organization = local.kind == "organizations" ? local.name : var.organization
  title        = "tagward scan"
  description  = "Reads which resources there are and how they are labelled; no data."
  in_a_project = ["cloudasset.assets.searchAllResources", "resourcemanager.projects.get"]

  # What finds the projects of a folder; a custom role that is made in a project cannot hold it.
  listing = ["resourcemanager.folders.get", "resourcemanager.folders.list", "resourcemanager.projects.list"]

  role = one(concat(google_organization_iam_custom_role.this[*].name, google_project_iam_custom_role.this[*].name))
}

resource "google_organization_iam_custom_role" "this" {
  count = local.kind == "projects" ? 0 : 1

  org_id      = local.organization
  role_id     = var.role_id
  title       = local.title
  description = local.description
  permissions = concat(local.in_a_project, local.listing)

  lifecycle {
    precondition {
      condition     = local.organization != null
      error_message = "A custom role for a folder is made in its organization: give `organization`."
    }
  }
}

resource "google_project_iam_custom_role" "this" {
  count = local.kind == "projects" ? 1 : 0

  project     = local.name
  role_id     = var.role_id
  title       = local.title
  description = local.description
  permissions = local.in_a_project
}

resource "google_organization_iam_member" "this" {
  for_each = local.kind == "organizations" ? var.members : []

  org_id = local.name
  role   = local.role
  member = each.value
}

resource "google_folder_iam_member" "this" {
  for_each = local.kind == "folders" ? var.members : []

  folder = var.scope
  role   = local.role
  member = each.value
}

resource "google_project_iam_member" "this" {
  for_each = local.kind == "projects" ? var.members : []

  project = local.name
  role    = local.role
  member  = each.value
}

resource "google_project_iam_member" "quota" {
  for_each = var.quota_project == null ? [] : var.members

  project = var.quota_project
  role    = "roles/serviceusage.serviceUsageConsumer"
  member  = each.value
}
