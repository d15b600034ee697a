"""What native guardrails decide: small evaluators of compiled and deployed artifacts, and their comparison.

They never look at a policy: an artifact that somebody edited by hand is judged like one of ours. Whatever an
evaluator does not know is said to be undecided; it never counts as decided alike.
"""
