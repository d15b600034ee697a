"""CloudFormation and SAM: templates."""
