# What `conftest test` finds without --namespace: the rules of ml-platform.
package main

import rego.v1

deny contains finding if some finding in data.tagward.ml_platform.deny

warn contains finding if some finding in data.tagward.ml_platform.warn
