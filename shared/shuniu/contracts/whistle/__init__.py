"""Facts of the whistle service (吹哨报到), a module for each capability."""
