terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }
}

provider "aws" {
  region                      = "eu-west-1"
  access_key                  = "x"
  secret_key                  = "x"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
  skip_region_validation      = true
  default_tags {
    tags = {
      ml-team = "platform"
    }
  }
}

variable "group_tags" {
  default = { ml-team = "search", ml-project = "ranking" }
}

resource "terraform_data" "late" {}

resource "aws_launch_template" "bare" {
  image_id = "ami-1"
}

resource "aws_launch_template" "tagged" {
  image_id = "ami-1"
  tag_specifications {
    resource_type = "instance"
    tags          = { ml-team = "search", ml-project = "ranking" }
  }
  tag_specifications {
    resource_type = "volume"
    tags          = { ml-experiment-id = terraform_data.late.id }
  }
}

resource "aws_launch_template" "dynamic" {
  image_id = "ami-1"
  dynamic "tag_specifications" {
    for_each = toset(["instance", "volume"])
    content {
      resource_type = tag_specifications.value
      tags          = { ml-project = terraform_data.late.id }
    }
  }
}

resource "aws_autoscaling_group" "group" {
  min_size           = 0
  max_size           = 1
  availability_zones = ["eu-west-1a"]
  launch_template {
    id = aws_launch_template.bare.id
  }
  tag {
    key                 = "ml-team"
    value               = "search"
    propagate_at_launch = true
  }
  tag {
    key                 = "ml-project"
    value               = "ranking"
    propagate_at_launch = false
  }
  tag {
    key                 = "ml-experiment-id"
    value               = terraform_data.late.id
    propagate_at_launch = true
  }
}

resource "aws_autoscaling_group" "dynamic" {
  min_size           = 0
  max_size           = 1
  availability_zones = ["eu-west-1a"]
  launch_template {
    id = aws_launch_template.bare.id
  }
  dynamic "tag" {
    for_each = var.group_tags
    content {
      key                 = tag.key
      value               = tag.value
      propagate_at_launch = true
    }
  }
}

resource "aws_autoscaling_group" "late" {
  min_size           = 0
  max_size           = 1
  availability_zones = ["eu-west-1a"]
  launch_template {
    id = aws_launch_template.bare.id
  }
  dynamic "tag" {
    for_each = { (terraform_data.late.id) = "x" }
    content {
      key                 = tag.key
      value               = tag.value
      propagate_at_launch = true
    }
  }
}

resource "aws_instance" "bare" {
  ami           = "ami-1"
  instance_type = "t3.micro"
}

resource "aws_instance" "volume_tags" {
  ami           = "ami-1"
  instance_type = "t3.micro"
  volume_tags   = { ml-team = "search" }
}

resource "aws_instance" "late_volume_tags" {
  ami           = "ami-1"
  instance_type = "t3.micro"
  volume_tags   = { ml-team = terraform_data.late.id }
}

resource "aws_instance" "blocks" {
  ami           = "ami-1"
  instance_type = "t3.micro"
  tags          = { ml-team = "search" }
  root_block_device {
    volume_size = 10
    tags        = { ml-project = "ranking" }
  }
  ebs_block_device {
    device_name = "/dev/sdf"
    volume_size = 10
  }
  ebs_block_device {
    device_name = "/dev/sdg"
    volume_size = 10
    tags        = { ml-project = terraform_data.late.id }
  }
}

resource "aws_ecs_service" "none" {
  name = "none"
}

resource "aws_ecs_service" "service" {
  name           = "service"
  propagate_tags = "SERVICE"
}

resource "aws_ecs_service" "late" {
  name           = "late"
  propagate_tags = terraform_data.late.output == null ? "SERVICE" : terraform_data.late.output
}

resource "aws_batch_job_definition" "job" {
  name = "job"
  type = "container"
}

resource "aws_dynamodb_table" "table" {
  name         = "table"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"
  attribute {
    name = "id"
    type = "S"
  }
  stream_enabled   = true
  stream_view_type = "NEW_AND_OLD_IMAGES"
  replica {
    region_name = "us-west-2"
  }
  replica {
    region_name    = "us-east-1"
    propagate_tags = true
  }
}
