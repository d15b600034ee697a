"""From policy files to a policy: chains, merging, checks, diagnostics."""
