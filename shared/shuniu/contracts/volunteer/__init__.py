"""Facts of the volunteer service (万家欢), one module a capability."""
