"""Property tests here measure rules, not the machine: no time limit per example."""

from hypothesis import settings

settings.register_profile("rules", deadline=None, print_blob=True)
settings.load_profile("rules")
