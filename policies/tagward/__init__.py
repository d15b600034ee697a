"""Tag policy as code: the policy model, loading and evaluation."""

__version__ = "0.1.0"
