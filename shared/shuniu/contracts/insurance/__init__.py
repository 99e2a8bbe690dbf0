"""Facts of the insurance service, one module a capability."""
