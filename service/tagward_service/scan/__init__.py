"""Scanning what exists: parts of an inventory are read, judged and stored, each one whole or not at all."""
