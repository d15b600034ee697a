"""What Rego modules decide about the tags of plans, by the program `opa`."""
