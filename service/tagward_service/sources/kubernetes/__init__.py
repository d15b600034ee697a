"""Kubernetes: manifests and admission requests."""
