"""Facts of the grid service (网格), a module for each capability."""
