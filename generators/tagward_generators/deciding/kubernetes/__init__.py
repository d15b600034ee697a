"""What admission policies of Kubernetes decide about labels."""
