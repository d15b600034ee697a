resource "aws_iam_role" "this" {
  count = local.here ? 1 : 0

  name               = var.role_name
  description        = local.description
  assume_role_policy = local.trust
  tags               = var.tags
}

resource "aws_iam_policy" "read" {
  for_each = local.here ? local.reads : {}

  name        = replace(each.key, "tagward-scan", var.role_name)
  description = local.description
  policy      = each.value
  tags        = var.tags
}

resource "aws_iam_role_policy_attachment" "read" {
  for_each = aws_iam_policy.read

  role       = aws_iam_role.this[0].name
  policy_arn = each.value.arn
}

resource "aws_cloudformation_stack_set" "this" {
  count = local.here ? 0 : 1

  name             = var.role_name
  description      = local.description
  permission_model = "SERVICE_MANAGED"
  capabilities     = ["CAPABILITY_NAMED_IAM"]
  template_body    = jsonencode(local.template)
  tags             = var.tags

  auto_deployment {
    enabled                          = true
    retain_stacks_on_account_removal = false
  }

  lifecycle {
    ignore_changes = [administration_role_arn] # AWS fills it in
  }
}

resource "aws_cloudformation_stack_set_instance" "this" {
  count = local.here ? 0 : 1

  stack_set_name = aws_cloudformation_stack_set.this[0].name

  deployment_targets {
    organizational_unit_ids = var.organizational_units
  }
}

resource "aws_iam_policy" "caller" {
  count = var.caller_role == null ? 0 : 1

  name        = "${var.role_name}-caller"
  description = "Lists the accounts of the organization, and takes ${var.role_name} in them."
  policy      = local.caller
  tags        = var.tags
}

resource "aws_iam_role_policy_attachment" "caller" {
  count = var.caller_role == null ? 0 : 1

  role       = var.caller_role
  policy_arn = aws_iam_policy.caller[0].arn
}
