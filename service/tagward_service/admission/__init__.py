"""Kubernetes admission: an AdmissionReview in, what the policy says of it out."""
