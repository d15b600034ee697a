output "scanner_arn" {
  description = "Who scans: give it to `scanners` of ../scan-role."
  value       = aws_iam_role.scan.arn
}

output "log_group" {
  description = "Where the tasks say what they did."
  value       = aws_cloudwatch_log_group.this.name
}
