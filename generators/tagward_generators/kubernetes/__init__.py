"""What every enforcement point of Kubernetes shares: where labels count, and rules on them in CEL."""
