# What kustomize rendered, as Terraform needs it. Nothing in here asks a cluster.

locals {
  texts = split("\n---\n", trimprefix(file(var.rendered), "---\n"))

  documents = {
    for each in [for text in local.texts : yamldecode(replace(text, "/image: tagward:\\S+/", "image: ${var.image}"))] :
    "${each.kind}/${each.metadata.name}" => each
  }

  namespaces = { for key, each in local.documents : key => each if each.kind == "Namespace" }
  jobs       = { for key, each in local.documents : key => each if each.kind == "Job" }

  # Until everything is in place, a webhook that cannot be asked must stop nobody.
  webhooks = {
    for key, each in local.documents : key => [
      for webhook in try(each.webhooks, []) :
      merge(webhook, { for field in ["failurePolicy"] : field => "Ignore" if var.stage == "ignore" })
    ]
  }

  manifests = {
    for key, each in local.documents : key => merge(
      each,
      { for field in ["webhooks"] : field => local.webhooks[key] if can(each.webhooks) },
    ) if !contains(["Namespace", "Job"], each.kind)
  }

  # What a job runs can never be changed, and what goes away by itself Terraform would make again and again:
  # so another version of a job has another name, and stays.
  named_jobs = {
    for key, each in local.jobs : key => merge(each, {
      metadata = merge(each.metadata, { name = "${each.metadata.name}-${substr(sha256(jsonencode(each.spec)), 0, 8)}" })
      spec     = { for field, value in each.spec : field => value if field != "ttlSecondsAfterFinished" }
    })
  }
}
