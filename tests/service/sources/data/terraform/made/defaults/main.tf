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

provider "aws" {
  alias                       = "west"
  region                      = "us-west-2"
  access_key                  = "x"
  secret_key                  = "x"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
  skip_region_validation      = true
  default_tags {
    tags = {
      ml-environment = "dev"
    }
  }
}

provider "aws" {
  alias                       = "late"
  region                      = var.late_region
  access_key                  = "x"
  secret_key                  = "x"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
  skip_region_validation      = true
  default_tags {
    tags = {
      ml-project = terraform_data.project.id
    }
  }
}

variable "late_region" {
  default = "eu-central-1"
}

variable "tags" {
  default = { ml-project = "churn" }
}

resource "terraform_data" "project" {}

resource "aws_s3_bucket" "known" {
  bucket = "known"
  tags   = { ml-project = "churn" }
}

resource "aws_s3_bucket" "untagged" {
  provider = aws.west
}

resource "aws_s3_bucket" "one_unknown" {
  tags = { ml-project = "churn", ml-experiment-id = terraform_data.project.id }
}

resource "aws_s3_bucket" "whole_unknown" {
  tags = merge(var.tags, { (terraform_data.project.id) = "x" })
}

resource "aws_s3_bucket" "late_default_untagged" {
  provider = aws.late
}

resource "aws_s3_bucket" "late_default_tagged" {
  provider = aws.late
  tags     = { ml-team = "search" }
}

resource "aws_s3_bucket" "nulls" {
  tags = { ml-project = null, ml-team = "" }
}

resource "aws_s3_bucket" "secret" {
  tags = { ml-team = sensitive("hush") }
}

resource "aws_s3_bucket" "each" {
  for_each = toset(["a.b[0]", "c\"d"])
  tags     = { ml-project = "${each.key}-${terraform_data.project.id}" }
}

module "inner" {
  source = "./inner"
  tags   = { ml-project = terraform_data.project.id }
  providers = {
    aws = aws.west
  }
}
