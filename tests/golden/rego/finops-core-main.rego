# What `conftest test` finds without --namespace: the rules of finops-core.
package main

import rego.v1

deny contains finding if some finding in data.tagward.finops_core.deny

warn contains finding if some finding in data.tagward.finops_core.warn
