"""The made-up service that several deployments run."""
