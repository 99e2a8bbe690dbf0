"""The house tests read the tree; they start nothing."""
