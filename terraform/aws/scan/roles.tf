# Who scans: lists accounts, takes the role in them, and keeps snapshots.
resource "aws_iam_role" "scan" {
  name               = "${var.name}-scan"
  assume_role_policy = local.trust["ecs-tasks"]
  tags               = var.tags
}

resource "aws_iam_role_policy" "scan" {
  name   = "scan"
  role   = aws_iam_role.scan.name
  policy = local.caller
}

resource "aws_iam_role_policy" "snapshots" {
  count = var.snapshots_bucket == null ? 0 : 1

  name = "snapshots"
  role = aws_iam_role.scan.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"]
        Resource = "arn:*:s3:::${var.snapshots_bucket}/snapshots/*"
      },
      {
        Effect   = "Allow"
        Action   = "s3:ListBucket"
        Resource = "arn:*:s3:::${var.snapshots_bucket}"
      },
    ]
  })
}

# Who starts the container: reads the secret, writes the log.
resource "aws_iam_role" "start" {
  name               = "${var.name}-start"
  assume_role_policy = local.trust["ecs-tasks"]
  tags               = var.tags
}

resource "aws_iam_role_policy_attachment" "start" {
  role       = aws_iam_role.start.name
  policy_arn = "arn:${split(":", var.cluster_arn)[1]}:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
}

resource "aws_iam_role_policy" "secret" {
  name = "secret"
  role = aws_iam_role.start.name
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "secretsmanager:GetSecretValue", Resource = var.store_secret_arn }]
  })
}

# Who begins the task every night.
resource "aws_iam_role" "begin" {
  name               = "${var.name}-begin"
  assume_role_policy = local.trust["scheduler"]
  tags               = var.tags
}

resource "aws_iam_role_policy" "begin" {
  name = "begin"
  role = aws_iam_role.begin.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Action    = "ecs:RunTask"
        Resource  = [for each in aws_ecs_task_definition.scan : each.arn]
        Condition = { ArnEquals = { "ecs:cluster" = var.cluster_arn } }
      },
      {
        Effect    = "Allow"
        Action    = "ecs:TagResource"
        Resource  = "*"
        Condition = { StringEquals = { "ecs:CreateAction" = "RunTask" } }
      },
      {
        Effect    = "Allow"
        Action    = "iam:PassRole"
        Resource  = [aws_iam_role.scan.arn, aws_iam_role.start.arn]
        Condition = { StringEquals = { "iam:PassedToService" = "ecs-tasks.amazonaws.com" } }
      },
    ]
  })
}
