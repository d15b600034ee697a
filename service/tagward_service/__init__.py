"""What runs: command line, sources and outputs."""
