terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

variable "tags" {
  type = map(string)
}

resource "aws_sqs_queue" "jobs" {
  count = 2
  tags  = var.tags
}
