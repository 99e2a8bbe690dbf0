"""Grants of shared data."""

from shuniu.chassis.datasets.grants import DATASET_STATEMENTS

NAME = "shared_data"

STATEMENTS = DATASET_STATEMENTS
