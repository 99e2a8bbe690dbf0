"""State tables of community insurance, step by step."""
