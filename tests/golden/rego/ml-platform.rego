# METADATA
# scope: package
# title: "ml-platform 1.0.0"
# description: |-
#   The tags of what a plan of Terraform or OpenTofu makes. Compiled by tagward; use:
#   terraform show -json PLAN > plan.json && conftest test --policy DIRECTORY plan.json
package tagward.ml_platform

import rego.v1

# The keys of each tag, the preferred one first, and what it may be inherited from.
wanted := {
	"ml-team": {"keys": {"aws": ["ml-team"], "azure": ["ml-team"], "gcp": ["ml-team"]}, "inherit": ["provider"]},
	"ml-project": {"keys": {"aws": ["ml-project"], "azure": ["ml-project"], "gcp": ["ml-project"]}, "inherit": ["provider"]},
	"ml-workload-type": {"keys": {"aws": ["ml-workload-type"], "azure": ["ml-workload-type"], "gcp": ["ml-workload-type"]}, "inherit": ["provider"]},
	"ml-environment": {"keys": {"aws": ["ml-environment"], "azure": ["ml-environment"], "gcp": ["ml-environment"]}, "inherit": ["provider"]},
	"ml-experiment-id": {"keys": {"aws": ["ml-experiment-id"], "azure": ["ml-experiment-id"], "gcp": ["ml-experiment-id"]}, "inherit": ["provider"]},
}

judged := resources(wanted)

deny contains finding(resource, "ml-team", "required", said) if {
	some resource in judged
	"ml-team" in resource.missing
	said := "ml-team is missing: set it to a value of the form [a-z][a-z0-9-]{1,40}, such as fraud-detection"
}

deny contains finding(resource, "ml-team", "blank", said) if {
	some resource in judged
	regex.match(blank, resource.tags["ml-team"])
	said := "ml-team is blank or a placeholder: set it to a value of the form [a-z][a-z0-9-]{1,40}, such as fraud-detection"
}

deny contains finding(resource, "ml-team", "value", said) if {
	some resource in judged
	resource.tags["ml-team"]
	not regex.match(blank, resource.tags["ml-team"])
	not regex.match(`^(?:[a-z][a-z0-9-]{1,40})$`, resource.tags["ml-team"])
	said := "ml-team has a value that is not accepted: use a value of the form [a-z][a-z0-9-]{1,40}, such as fraud-detection"
}

deny contains finding(resource, "ml-project", "required", said) if {
	some resource in judged
	"ml-project" in resource.missing
	said := "ml-project is missing: set it to a value of the form [a-z][a-z0-9-]{1,40}, such as card-scoring"
}

deny contains finding(resource, "ml-project", "blank", said) if {
	some resource in judged
	regex.match(blank, resource.tags["ml-project"])
	said := "ml-project is blank or a placeholder: set it to a value of the form [a-z][a-z0-9-]{1,40}, such as card-scoring"
}

deny contains finding(resource, "ml-project", "value", said) if {
	some resource in judged
	resource.tags["ml-project"]
	not regex.match(blank, resource.tags["ml-project"])
	not regex.match(`^(?:[a-z][a-z0-9-]{1,40})$`, resource.tags["ml-project"])
	said := "ml-project has a value that is not accepted: use a value of the form [a-z][a-z0-9-]{1,40}, such as card-scoring"
}

deny contains finding(resource, "ml-workload-type", "required", said) if {
	some resource in judged
	"ml-workload-type" in resource.missing
	said := "ml-workload-type is missing: set it to one of training, inference, data-processing, notebook"
}

deny contains finding(resource, "ml-workload-type", "blank", said) if {
	some resource in judged
	regex.match(blank, resource.tags["ml-workload-type"])
	said := "ml-workload-type is blank or a placeholder: set it to one of training, inference, data-processing, notebook"
}

deny contains finding(resource, "ml-workload-type", "value", said) if {
	some resource in judged
	resource.tags["ml-workload-type"]
	not regex.match(blank, resource.tags["ml-workload-type"])
	not resource.tags["ml-workload-type"] in {"training", "inference", "data-processing", "notebook"}
	said := "ml-workload-type has a value that is not accepted: use one of training, inference, data-processing, notebook"
}

deny contains finding(resource, "ml-environment", "required", said) if {
	some resource in judged
	"ml-environment" in resource.missing
	said := "ml-environment is missing: set it to one of dev, staging, prod"
}

deny contains finding(resource, "ml-environment", "blank", said) if {
	some resource in judged
	regex.match(blank, resource.tags["ml-environment"])
	said := "ml-environment is blank or a placeholder: set it to one of dev, staging, prod"
}

deny contains finding(resource, "ml-environment", "value", said) if {
	some resource in judged
	resource.tags["ml-environment"]
	not regex.match(blank, resource.tags["ml-environment"])
	not resource.tags["ml-environment"] in {"dev", "staging", "prod"}
	said := "ml-environment has a value that is not accepted: use one of dev, staging, prod"
}

deny contains finding(resource, "ml-experiment-id", "required", said) if {
	some resource in judged
	resource.tags["ml-workload-type"] == "training"
	"ml-experiment-id" in resource.missing
	said := "ml-experiment-id is missing, required because ml-workload-type is training: set it to a value of the form [A-Za-z0-9]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?, such as exp-0042"
}

deny contains finding(resource, "ml-experiment-id", "blank", said) if {
	some resource in judged
	resource.tags["ml-workload-type"] == "training"
	regex.match(blank, resource.tags["ml-experiment-id"])
	said := "ml-experiment-id is blank or a placeholder: set it to a value of the form [A-Za-z0-9]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?, such as exp-0042"
}

deny contains finding(resource, "ml-experiment-id", "value", said) if {
	some resource in judged
	resource.tags["ml-experiment-id"]
	not regex.match(blank, resource.tags["ml-experiment-id"])
	not regex.match(`^(?:[A-Za-z0-9]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?)$`, resource.tags["ml-experiment-id"])
	said := "ml-experiment-id has a value that is not accepted: use a value of the form [A-Za-z0-9]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?, such as exp-0042"
}

blank := `^[\t-\r\x1c-\x1f\x{85}\pZ]*(?i:|changeme|default|n/a|none|tbd|unknown)[\t-\r\x1c-\x1f\x{85}\pZ]*$`
