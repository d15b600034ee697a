# What `tagward scan aws --print-permissions --role tagward-scan` prints is in policies/. Nothing in here asks AWS.

locals {
  description = "Reads which resources there are and how they are tagged; no data."

  reads = {
    for file in fileset("${path.module}/policies", "tagward-scan-read*.json") :
    trimsuffix(file, ".json") => jsonencode(jsondecode(file("${path.module}/policies/${file}")))
  }
  caller = replace(file("${path.module}/policies/tagward-scan-caller.json"), ":role/tagward-scan", ":role/${var.role_name}")

  trust = jsonencode({
    Version = "2012-10-17"
    Statement = [merge(
      { Effect = "Allow", Principal = { AWS = sort(var.scanners) }, Action = "sts:AssumeRole" },
      var.external_id == null ? {} : { Condition = { StringEquals = { "sts:ExternalId" = var.external_id } } },
    )]
  })

  here = length(var.organizational_units) == 0

  # The same in CloudFormation, which a StackSet brings into every account.
  template = {
    Description = local.description
    Resources = merge(
      {
        Role = {
          Type = "AWS::IAM::Role"
          Properties = {
            RoleName                 = var.role_name
            Description              = local.description
            AssumeRolePolicyDocument = jsondecode(local.trust)
            Tags                     = [for key, value in var.tags : { Key = key, Value = value }]
          }
        }
      },
      {
        for name, policy in local.reads : replace(title(replace(name, "-", " ")), " ", "") => {
          Type = "AWS::IAM::ManagedPolicy"
          Properties = {
            PolicyDocument = jsondecode(policy)
            Roles          = [{ Ref = "Role" }]
          }
        }
      },
    )
  }
}
