resource "aws_ecs_task_definition" "scan" {
  for_each = local.shards

  family                   = "${var.name}-${each.value}"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = var.cpu
  memory                   = var.memory
  execution_role_arn       = aws_iam_role.start.arn
  task_role_arn            = aws_iam_role.scan.arn
  tags                     = var.tags

  container_definitions = jsonencode([{
    name                   = "scan"
    image                  = var.image
    essential              = true
    command                = ["scan", "aws", "--shard", "${each.value}/${var.shards}"]
    environment            = [for name, value in local.environment : { name = name, value = value }]
    secrets                = [{ name = "TAGWARD_STORE", valueFrom = var.store_secret_arn }]
    readonlyRootFilesystem = true
    user                   = "65532:65532"
    stopTimeout            = 60
    logConfiguration = {
      logDriver = "awslogs"
      options = {
        awslogs-group         = aws_cloudwatch_log_group.this.name
        awslogs-region        = split(":", var.cluster_arn)[3]
        awslogs-stream-prefix = each.value
      }
    }
  }])
}

resource "aws_scheduler_schedule" "scan" {
  for_each = local.shards

  name                = "${var.name}-${each.value}"
  description         = "Scans share ${each.value} of ${var.shards} of the accounts."
  schedule_expression = var.schedule

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = var.cluster_arn
    role_arn = aws_iam_role.begin.arn

    ecs_parameters {
      task_definition_arn = aws_ecs_task_definition.scan[each.key].arn
      launch_type         = "FARGATE"
      propagate_tags      = "TASK_DEFINITION"

      network_configuration {
        subnets          = var.subnets
        security_groups  = var.security_groups
        assign_public_ip = false
      }
    }
  }
}

resource "aws_cloudwatch_log_group" "this" {
  name              = "/${var.name}"
  retention_in_days = var.log_days
  tags              = var.tags
}
