# METADATA
# scope: package
# title: "acme 2.3.0"
# description: |-
#   The tags of what a plan of Terraform or OpenTofu makes. Compiled by tagward; use:
#   terraform show -json PLAN > plan.json && conftest test --policy DIRECTORY plan.json
# organizations: ["ml-platform@acme.example"]
package tagward.acme

import rego.v1

# The keys of each tag, the preferred one first, and what it may be inherited from.
wanted := {
	"ml-team": {"keys": {"aws": ["ml-team", "team"], "azure": ["ml-team", "team"], "gcp": ["ml_team", "team"]}, "inherit": ["provider"]},
	"ml-project": {"keys": {"aws": ["ml-project"], "azure": ["ml-project"], "gcp": ["ml-project"]}, "inherit": ["provider"]},
	"ml-workload-type": {"keys": {"aws": ["ml-workload-type"], "azure": ["ml-workload-type"], "gcp": ["ml-workload-type"]}, "inherit": ["provider"]},
	"ml-environment": {"keys": {"aws": ["ml-environment"], "azure": ["ml-environment"], "gcp": ["ml-environment"]}, "inherit": ["provider"]},
	"ml-experiment-id": {"keys": {"aws": ["ml-experiment-id"], "azure": ["ml-experiment-id"], "gcp": ["ml-experiment-id"]}, "inherit": ["provider"]},
	"ml-cost-center": {"keys": {"aws": ["ml-cost-center"], "azure": ["ml-cost-center"], "gcp": ["ml-cost-center"]}, "inherit": ["provider"]},
	"ml-expires-on": {"keys": {"aws": ["ml-expires-on"], "azure": ["ml-expires-on"], "gcp": ["ml-expires-on"]}, "inherit": ["provider"]},
	"ml-model": {"keys": {"aws": ["ml-model"], "azure": ["ml-model"], "gcp": ["ml-model"]}, "inherit": ["provider"]},
}

judged := resources(wanted)

deny contains finding(resource, "ml-team", "required", said) if {
	some resource in judged
	resource.cloud in {"aws", "azure"}
	"ml-team" in resource.missing
	said := "ml-team is missing: set it to a value of teams, such as fraud-detection, search-ranking, computer-vision, forecasting. The teams are listed in policies/example/teams.csv; to add one, send a pull request"
}

deny contains finding(resource, "ml-team", "required", said) if {
	some resource in judged
	resource.cloud == "gcp"
	"ml-team" in resource.missing
	said := "ml_team is missing: set it to a value of teams, such as fraud-detection, search-ranking, computer-vision, forecasting. The teams are listed in policies/example/teams.csv; to add one, send a pull request"
}

deny contains finding(resource, "ml-team", "blank", said) if {
	some resource in judged
	resource.cloud in {"aws", "azure"}
	regex.match(blank, resource.tags["ml-team"])
	said := "ml-team is blank or a placeholder: set it to a value of teams, such as fraud-detection, search-ranking, computer-vision, forecasting. The teams are listed in policies/example/teams.csv; to add one, send a pull request"
}

deny contains finding(resource, "ml-team", "blank", said) if {
	some resource in judged
	resource.cloud == "gcp"
	regex.match(blank, resource.tags["ml-team"])
	said := "ml_team is blank or a placeholder: set it to a value of teams, such as fraud-detection, search-ranking, computer-vision, forecasting. The teams are listed in policies/example/teams.csv; to add one, send a pull request"
}

deny contains finding(resource, "ml-team", "value", said) if {
	some resource in judged
	resource.cloud in {"aws", "azure"}
	resource.tags["ml-team"]
	not regex.match(blank, resource.tags["ml-team"])
	not resource.tags["ml-team"] in {"fraud-detection", "search-ranking", "computer-vision", "forecasting"}
	said := "ml-team has a value that is not accepted: use a value of teams, such as fraud-detection, search-ranking, computer-vision, forecasting. The teams are listed in policies/example/teams.csv; to add one, send a pull request"
}

deny contains finding(resource, "ml-team", "value", said) if {
	some resource in judged
	resource.cloud == "gcp"
	resource.tags["ml-team"]
	not regex.match(blank, resource.tags["ml-team"])
	not resource.tags["ml-team"] in {"fraud-detection", "search-ranking", "computer-vision", "forecasting"}
	said := "ml_team has a value that is not accepted: use a value of teams, such as fraud-detection, search-ranking, computer-vision, forecasting. The teams are listed in policies/example/teams.csv; to add one, send a pull request"
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
	not resource.tags["ml-environment"] in {"production", "stage", "development"}
	not resource.tags["ml-environment"] in {"dev", "staging", "prod"}
	said := "ml-environment has a value that is not accepted: use one of dev, staging, prod"
}

deny contains finding(resource, "ml-environment", "replaces", said) if {
	some resource in judged
	resource.tags["ml-environment"] in {"production", "stage", "development"}
	said := "ml-environment has an older value: use prod for production, staging for stage, dev for development"
}

deny contains finding(resource, "ml-experiment-id", "required", said) if {
	some resource in judged
	resource.tags["ml-workload-type"] == "training"
	"ml-experiment-id" in resource.missing
	not resource.type in {"aws_ebs_volume", "aws_ebs_volume_copy"}
	said := "ml-experiment-id is missing, required because ml-workload-type is training: set it to a value of the form [A-Za-z0-9]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?, such as exp-0042"
}

deny contains finding(resource, "ml-experiment-id", "blank", said) if {
	some resource in judged
	resource.tags["ml-workload-type"] == "training"
	regex.match(blank, resource.tags["ml-experiment-id"])
	not resource.type in {"aws_ebs_volume", "aws_ebs_volume_copy"}
	said := "ml-experiment-id is blank or a placeholder: set it to a value of the form [A-Za-z0-9]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?, such as exp-0042"
}

deny contains finding(resource, "ml-experiment-id", "value", said) if {
	some resource in judged
	resource.tags["ml-experiment-id"]
	not regex.match(blank, resource.tags["ml-experiment-id"])
	not regex.match(`^(?:[A-Za-z0-9]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?)$`, resource.tags["ml-experiment-id"])
	not resource.type in {"aws_ebs_volume", "aws_ebs_volume_copy"}
	said := "ml-experiment-id has a value that is not accepted: use a value of the form [A-Za-z0-9]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?, such as exp-0042"
}

warn contains finding(resource, "ml-cost-center", "value", said) if {
	some resource in judged
	resource.tags["ml-cost-center"]
	not regex.match(blank, resource.tags["ml-cost-center"])
	not regex.match(`^(?:cc-[0-9]{4})$`, resource.tags["ml-cost-center"])
	not resource.type in {"aws_ebs_volume", "aws_ebs_volume_copy"}
	said := "ml-cost-center has a value that is not accepted: use a value of the form cc-[0-9]{4}, such as cc-4711"
}

warn contains finding(resource, "ml-expires-on", "value", said) if {
	some resource in judged
	resource.tags["ml-expires-on"]
	not regex.match(blank, resource.tags["ml-expires-on"])
	not regex.match(`^(?:20[2-9][0-9]-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01]))$`, resource.tags["ml-expires-on"])
	said := "ml-expires-on has a value that is not accepted: use a value of the form 20[2-9][0-9]-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01]), such as 2027-06-30"
}

deny contains finding(resource, "ml-model", "required", said) if {
	some resource in judged
	resource.tags["ml-workload-type"] == "inference"
	settled(resource, "ml-environment")
	not when_ml_model_required_1(resource)
	"ml-model" in resource.missing
	said := "ml-model is missing, required because ml-workload-type is inference and not (ml-environment is dev): set it to a value of the form [a-z][a-z0-9-]{1,40}, such as card-scoring-v3"
}

deny contains finding(resource, "ml-model", "blank", said) if {
	some resource in judged
	resource.tags["ml-workload-type"] == "inference"
	settled(resource, "ml-environment")
	not when_ml_model_required_1(resource)
	regex.match(blank, resource.tags["ml-model"])
	said := "ml-model is blank or a placeholder: set it to a value of the form [a-z][a-z0-9-]{1,40}, such as card-scoring-v3"
}

deny contains finding(resource, "ml-model", "value", said) if {
	some resource in judged
	resource.tags["ml-model"]
	not regex.match(blank, resource.tags["ml-model"])
	not regex.match(`^(?:[a-z][a-z0-9-]{1,40})$`, resource.tags["ml-model"])
	said := "ml-model has a value that is not accepted: use a value of the form [a-z][a-z0-9-]{1,40}, such as card-scoring-v3"
}

deny contains finding(resource, "*", "forbid.keys", said) if {
	some resource in judged
	some key, _ in resource.labels
	regex.match(`^(?s:.*password.*|.*secret.*)$`, key)
	said := "a tag has a key that the policy forbids: remove it"
}

deny contains finding(resource, "*", "forbid.values", said) if {
	some resource in judged
	some value in resource.labels
	is_string(value)
	regex.match(`^(?:AKIA[0-9A-Z]{16})$`, value)
	said := "a tag has a value of a form that the policy forbids: remove it"
}

deny contains finding(resource, "*", "limits.max_tags", said) if {
	some resource in judged
	count(resource.chosen) > 45
	said := "there are more than the 45 tags that the policy allows: remove some"
}

when_ml_model_required_1(resource) if resource.tags["ml-environment"] == "dev"

blank := `^[\t-\r\x1c-\x1f\x{85}\pZ]*(?i:|changeme|default|n/a|none|tbd|todo|unknown|xxx)[\t-\r\x1c-\x1f\x{85}\pZ]*$`
