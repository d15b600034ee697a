# Roles and tasks as documents. Nothing in here asks AWS.

locals {
  shards = toset([for index in range(var.shards) : tostring(index + 1)])
  caller = replace(file("${path.module}/../scan-role/policies/tagward-scan-caller.json"), ":role/tagward-scan", ":role/${var.scan_role_name}")

  trust = {
    for service in ["ecs-tasks", "scheduler"] : service => jsonencode({
      Version = "2012-10-17"
      Statement = [{
        Effect    = "Allow"
        Principal = { Service = "${service}.amazonaws.com" }
        Action    = "sts:AssumeRole"
      }]
    })
  }

  environment = merge(
    {
      TAGWARD_POLICY      = var.policy
      TAGWARD_ROLE        = var.scan_role_name
      TAGWARD_FAIL_ON     = "never" # findings are in the store; a task that fails could not scan
      TAGWARD_ALLOW_EMPTY = "true"  # a share may have no account
      TAGWARD_TIME_BUDGET = "5h"
    },
    var.external_id == null ? {} : { TAGWARD_EXTERNAL_ID = var.external_id },
    var.snapshots_bucket == null ? {} : { TAGWARD_SNAPSHOTS = "s3://${var.snapshots_bucket}/snapshots" },
  )
}
