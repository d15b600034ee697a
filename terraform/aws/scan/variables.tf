variable "image" {
  description = "The image of deploy/scan/Containerfile in a registry that the tasks can reach, with its digest or tag."
  type        = string
}

variable "cluster_arn" {
  description = "The ARN of the ECS cluster that the tasks run in, on Fargate."
  type        = string
}

variable "subnets" {
  description = "The subnets that the tasks run in, from which AWS and the store can be reached."
  type        = list(string)
}

variable "security_groups" {
  description = "The security groups of the tasks: out to 443 and to the store, nothing in."
  type        = list(string)
}

variable "store_secret_arn" {
  description = "The ARN of the Secrets Manager secret whose value is the URL of the store, as postgresql://USER:PASSWORD@HOST/NAME."
  type        = string
}

variable "snapshots_bucket" {
  description = "The name of the S3 bucket for snapshots of the inventory; null keeps none, and `tagward fix plan` needs them."
  type        = string
  default     = null
}

variable "policy" {
  description = "The tag policy: `pack:NAME`, or a path in an image that you have put it into."
  type        = string
  default     = "pack:ml-platform"
}

variable "scan_role_name" {
  description = "The role that is taken in every account, as ../scan-role makes it."
  type        = string
  default     = "tagward-scan"
}

variable "external_id" {
  description = "What has to be said to take that role."
  type        = string
  default     = null
}

variable "shards" {
  description = "How many tasks scan at a time, each its share of the accounts."
  type        = number
  default     = 4

  validation {
    condition     = var.shards >= 1 && var.shards <= 100 && floor(var.shards) == var.shards
    error_message = "From 1 to 100 shards."
  }
}

variable "schedule" {
  description = "When to scan, UTC, as EventBridge Scheduler has it."
  type        = string
  default     = "cron(47 1 * * ? *)"
}

variable "cpu" {
  description = "The CPU units of a task."
  type        = number
  default     = 512
}

variable "memory" {
  description = "The memory of a task, in MiB."
  type        = number
  default     = 1024
}

variable "name" {
  description = "What the names of everything begin with."
  type        = string
  default     = "tagward-nightly"
}

variable "log_days" {
  description = "For how many days logs are kept."
  type        = number
  default     = 30
}

variable "tags" {
  description = "The tags of what is made, and of the tasks: the policy is about these too."
  type        = map(string)
  default     = {}
}
