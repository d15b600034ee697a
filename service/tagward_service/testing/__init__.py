"""Unit tests of policies: cases in YAML files, each a resource and what is to be found on it."""
