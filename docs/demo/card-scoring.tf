# A small ML platform, as teams write it: most of it tagged, some of it not quite.
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

provider "aws" {
  region = "eu-central-1"
  default_tags {
    tags = {
      ml-environment = "prod"
      ml-team        = "fraud-detection"
    }
  }
}

locals {
  scoring = {
    ml-project       = "card-scoring"
    ml-workload-type = "inference"
  }
  training = {
    ml-project       = "card-scoring"
    ml-workload-type = "training"
    ml-experiment-id = "exp-0042"
  }
}

resource "aws_s3_bucket" "features" {
  bucket = "acme-ml-features"
  tags   = merge(local.scoring, { ml-workload-type = "data-processing" })
}

resource "aws_s3_bucket" "models" {
  bucket = "acme-ml-models"
  tags   = local.scoring
}

resource "aws_s3_bucket" "scratch" {
  bucket = "acme-ml-scratch"
}

resource "aws_ecr_repository" "trainer" {
  name = "card-scoring/trainer"
  tags = local.training
}

resource "aws_ecr_repository" "scorer" {
  name = "card-scoring/scorer"
  tags = local.scoring
}

resource "aws_dynamodb_table" "scores" {
  name         = "card-scores"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "card"
  attribute {
    name = "card"
    type = "S"
  }
  tags = merge(local.scoring, { ml-environment = "production" })
}

resource "aws_iam_role" "sagemaker" {
  name = "card-scoring-sagemaker"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "sagemaker.amazonaws.com" } }]
  })
  tags = local.scoring
}

resource "aws_sagemaker_notebook_instance" "research" {
  name          = "card-scoring-research"
  role_arn      = aws_iam_role.sagemaker.arn
  instance_type = "ml.t3.medium"
  tags          = { ml-project = "card-scoring", ML_Workload_Type = "notebook" }
}

resource "aws_sagemaker_model" "scorer" {
  name               = "card-scorer"
  execution_role_arn = aws_iam_role.sagemaker.arn
  primary_container {
    image = "111122223333.dkr.ecr.eu-central-1.amazonaws.com/card-scoring/scorer:1"
  }
  tags = local.scoring
}

resource "aws_sagemaker_endpoint_configuration" "scorer" {
  name = "card-scorer"
  production_variants {
    variant_name           = "only"
    model_name             = aws_sagemaker_model.scorer.name
    initial_instance_count = 2
    instance_type          = "ml.g5.xlarge"
  }
  tags = local.scoring
}

resource "aws_sagemaker_endpoint" "scorer" {
  name                 = "card-scorer"
  endpoint_config_name = aws_sagemaker_endpoint_configuration.scorer.name
  tags                 = local.scoring
}

resource "aws_sqs_queue" "events" {
  name = "card-events"
  tags = local.scoring
}

resource "aws_sns_topic" "alerts" {
  name = "card-alerts"
  tags = local.scoring
}

resource "aws_kinesis_stream" "transactions" {
  name        = "card-transactions"
  shard_count = 4
  tags        = merge(local.scoring, { ml-workload-type = "data-processing" })
}

resource "aws_cloudwatch_log_group" "training" {
  name = "/ml/card-scoring/training"
  tags = local.training
}

resource "aws_efs_file_system" "datasets" {
  creation_token = "datasets"
  tags           = merge(local.training, { ml-experiment-id = "tbd" })
}

resource "aws_efs_file_system" "by_role" {
  creation_token = "by-role"
  tags           = merge(local.scoring, { ml-project = aws_iam_role.sagemaker.unique_id })
}

resource "aws_launch_template" "gpu" {
  name          = "gpu-workers"
  image_id      = "ami-0123456789abcdef0"
  instance_type = "g5.2xlarge"
  tags          = local.training
  tag_specifications {
    resource_type = "instance"
    tags          = merge(local.training, { ml-team = "fraud-detection", ml-environment = "prod" })
  }
  tag_specifications {
    resource_type = "volume"
    tags          = merge(local.training, { ml-team = "fraud-detection", ml-environment = "prod" })
  }
}

resource "aws_autoscaling_group" "gpu" {
  name               = "gpu-workers"
  availability_zones = ["eu-central-1a"]
  min_size           = 0
  max_size           = 8
  launch_template {
    id = aws_launch_template.gpu.id
  }
  dynamic "tag" {
    for_each = merge(local.training, { ml-team = "fraud-detection", ml-environment = "prod" })
    content {
      key                 = tag.key
      value               = tag.value
      propagate_at_launch = tag.key != "ml-experiment-id"
    }
  }
}

resource "aws_sqs_queue_policy" "events" {
  queue_url = aws_sqs_queue.events.id
  policy    = jsonencode({ Version = "2012-10-17", Statement = [] })
}
