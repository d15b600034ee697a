# METADATA
# scope: package
# title: "finops-core 1.0.0"
# description: |-
#   The tags of what a plan of Terraform or OpenTofu makes. Compiled by tagward; use:
#   terraform show -json PLAN > plan.json && conftest test --policy DIRECTORY plan.json
package tagward.finops_core

import rego.v1

# The keys of each tag, the preferred one first, and what it may be inherited from.
wanted := {
	"owner": {"keys": {"aws": ["Owner"], "azure": ["owner"], "gcp": ["owner"]}, "inherit": ["provider"]},
	"cost-center": {"keys": {"aws": ["CostCenter"], "azure": ["costcenter"], "gcp": ["cost_center"]}, "inherit": ["provider"]},
	"environment": {"keys": {"aws": ["Environment"], "azure": ["environment"], "gcp": ["environment"]}, "inherit": ["provider"]},
	"application": {"keys": {"aws": ["Application"], "azure": ["application"], "gcp": ["application"]}, "inherit": ["provider"]},
}

judged := resources(wanted)

deny contains finding(resource, "owner", "required", said) if {
	some resource in judged
	resource.cloud in {"aws", "azure"}
	"owner" in resource.missing
	said := "Owner is missing: set it to a value of the form [a-z][a-z0-9-]{1,40}, such as payments"
}

deny contains finding(resource, "owner", "required", said) if {
	some resource in judged
	resource.cloud == "gcp"
	"owner" in resource.missing
	said := "owner is missing: set it to a value of the form [a-z][a-z0-9-]{1,40}, such as payments"
}

deny contains finding(resource, "owner", "blank", said) if {
	some resource in judged
	resource.cloud in {"aws", "azure"}
	regex.match(blank, resource.tags.owner)
	said := "Owner is blank or a placeholder: set it to a value of the form [a-z][a-z0-9-]{1,40}, such as payments"
}

deny contains finding(resource, "owner", "blank", said) if {
	some resource in judged
	resource.cloud == "gcp"
	regex.match(blank, resource.tags.owner)
	said := "owner is blank or a placeholder: set it to a value of the form [a-z][a-z0-9-]{1,40}, such as payments"
}

deny contains finding(resource, "owner", "value", said) if {
	some resource in judged
	resource.cloud in {"aws", "azure"}
	resource.tags.owner
	not regex.match(blank, resource.tags.owner)
	not regex.match(`^(?:[a-z][a-z0-9-]{1,40})$`, resource.tags.owner)
	said := "Owner has a value that is not accepted: use a value of the form [a-z][a-z0-9-]{1,40}, such as payments"
}

deny contains finding(resource, "owner", "value", said) if {
	some resource in judged
	resource.cloud == "gcp"
	resource.tags.owner
	not regex.match(blank, resource.tags.owner)
	not regex.match(`^(?:[a-z][a-z0-9-]{1,40})$`, resource.tags.owner)
	said := "owner has a value that is not accepted: use a value of the form [a-z][a-z0-9-]{1,40}, such as payments"
}

deny contains finding(resource, "cost-center", "required", said) if {
	some resource in judged
	resource.cloud in {"aws", "azure"}
	"cost-center" in resource.missing
	said := "CostCenter is missing: set it to a value of the form [0-9]{4,6}, such as 4711"
}

deny contains finding(resource, "cost-center", "required", said) if {
	some resource in judged
	resource.cloud == "gcp"
	"cost-center" in resource.missing
	said := "cost_center is missing: set it to a value of the form [0-9]{4,6}, such as 4711"
}

deny contains finding(resource, "cost-center", "blank", said) if {
	some resource in judged
	resource.cloud in {"aws", "azure"}
	regex.match(blank, resource.tags["cost-center"])
	said := "CostCenter is blank or a placeholder: set it to a value of the form [0-9]{4,6}, such as 4711"
}

deny contains finding(resource, "cost-center", "blank", said) if {
	some resource in judged
	resource.cloud == "gcp"
	regex.match(blank, resource.tags["cost-center"])
	said := "cost_center is blank or a placeholder: set it to a value of the form [0-9]{4,6}, such as 4711"
}

deny contains finding(resource, "cost-center", "value", said) if {
	some resource in judged
	resource.cloud in {"aws", "azure"}
	resource.tags["cost-center"]
	not regex.match(blank, resource.tags["cost-center"])
	not regex.match(`^(?:[0-9]{4,6})$`, resource.tags["cost-center"])
	said := "CostCenter has a value that is not accepted: use a value of the form [0-9]{4,6}, such as 4711"
}

deny contains finding(resource, "cost-center", "value", said) if {
	some resource in judged
	resource.cloud == "gcp"
	resource.tags["cost-center"]
	not regex.match(blank, resource.tags["cost-center"])
	not regex.match(`^(?:[0-9]{4,6})$`, resource.tags["cost-center"])
	said := "cost_center has a value that is not accepted: use a value of the form [0-9]{4,6}, such as 4711"
}

deny contains finding(resource, "environment", "required", said) if {
	some resource in judged
	resource.cloud in {"aws", "azure"}
	"environment" in resource.missing
	said := "Environment is missing: set it to one of dev, test, staging, prod"
}

deny contains finding(resource, "environment", "required", said) if {
	some resource in judged
	resource.cloud == "gcp"
	"environment" in resource.missing
	said := "environment is missing: set it to one of dev, test, staging, prod"
}

deny contains finding(resource, "environment", "blank", said) if {
	some resource in judged
	resource.cloud in {"aws", "azure"}
	regex.match(blank, resource.tags.environment)
	said := "Environment is blank or a placeholder: set it to one of dev, test, staging, prod"
}

deny contains finding(resource, "environment", "blank", said) if {
	some resource in judged
	resource.cloud == "gcp"
	regex.match(blank, resource.tags.environment)
	said := "environment is blank or a placeholder: set it to one of dev, test, staging, prod"
}

deny contains finding(resource, "environment", "value", said) if {
	some resource in judged
	resource.cloud in {"aws", "azure"}
	resource.tags.environment
	not regex.match(blank, resource.tags.environment)
	not resource.tags.environment in {"dev", "test", "staging", "prod"}
	said := "Environment has a value that is not accepted: use one of dev, test, staging, prod"
}

deny contains finding(resource, "environment", "value", said) if {
	some resource in judged
	resource.cloud == "gcp"
	resource.tags.environment
	not regex.match(blank, resource.tags.environment)
	not resource.tags.environment in {"dev", "test", "staging", "prod"}
	said := "environment has a value that is not accepted: use one of dev, test, staging, prod"
}

deny contains finding(resource, "application", "required", said) if {
	some resource in judged
	resource.cloud in {"aws", "azure"}
	"application" in resource.missing
	said := "Application is missing: set it to a value of the form [a-z][a-z0-9-]{1,40}, such as checkout"
}

deny contains finding(resource, "application", "required", said) if {
	some resource in judged
	resource.cloud == "gcp"
	"application" in resource.missing
	said := "application is missing: set it to a value of the form [a-z][a-z0-9-]{1,40}, such as checkout"
}

deny contains finding(resource, "application", "blank", said) if {
	some resource in judged
	resource.cloud in {"aws", "azure"}
	regex.match(blank, resource.tags.application)
	said := "Application is blank or a placeholder: set it to a value of the form [a-z][a-z0-9-]{1,40}, such as checkout"
}

deny contains finding(resource, "application", "blank", said) if {
	some resource in judged
	resource.cloud == "gcp"
	regex.match(blank, resource.tags.application)
	said := "application is blank or a placeholder: set it to a value of the form [a-z][a-z0-9-]{1,40}, such as checkout"
}

deny contains finding(resource, "application", "value", said) if {
	some resource in judged
	resource.cloud in {"aws", "azure"}
	resource.tags.application
	not regex.match(blank, resource.tags.application)
	not regex.match(`^(?:[a-z][a-z0-9-]{1,40})$`, resource.tags.application)
	said := "Application has a value that is not accepted: use a value of the form [a-z][a-z0-9-]{1,40}, such as checkout"
}

deny contains finding(resource, "application", "value", said) if {
	some resource in judged
	resource.cloud == "gcp"
	resource.tags.application
	not regex.match(blank, resource.tags.application)
	not regex.match(`^(?:[a-z][a-z0-9-]{1,40})$`, resource.tags.application)
	said := "application has a value that is not accepted: use a value of the form [a-z][a-z0-9-]{1,40}, such as checkout"
}

blank := `^[\t-\r\x1c-\x1f\x{85}\pZ]*(?i:|changeme|default|n/a|none|tbd|unknown)[\t-\r\x1c-\x1f\x{85}\pZ]*$`
