"""State tables of whistles, step by step."""
