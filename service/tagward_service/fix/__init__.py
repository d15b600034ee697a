"""Remediation: proposing tag writes for findings, performing them, and taking them back."""
