"""Migrations of the made-up service that several deployments run."""
