"""Schema of the gateway's own tables, in order."""
