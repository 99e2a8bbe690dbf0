"""Cases of one visit are found by it, to be delivered together."""

NAME = "visits_of_cases"

STATEMENTS = ("create index desk_case_visit on desk_case ((doc->>'visit'))",)
