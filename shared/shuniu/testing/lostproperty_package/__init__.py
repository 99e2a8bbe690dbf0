"""Migrations of the made-up service."""
