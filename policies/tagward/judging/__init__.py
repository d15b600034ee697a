"""What a rule says of a resource: presence, values, parts, exemptions."""
