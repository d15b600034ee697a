# What `conftest test` finds without --namespace: the rules of acme.
package main

import rego.v1

deny contains finding if some finding in data.tagward.acme.deny

warn contains finding if some finding in data.tagward.acme.warn
