"""State tables of the full-service desk, step by step."""
