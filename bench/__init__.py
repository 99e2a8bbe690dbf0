"""Figures against limit programs in the same run (`make bench`); nothing here is asserted."""
