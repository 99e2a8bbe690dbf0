"""State tables of the volunteer service, step by step."""
