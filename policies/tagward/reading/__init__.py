"""Reading YAML and JSON: plain data that knows where it is written."""
