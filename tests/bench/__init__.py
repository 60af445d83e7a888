"""Measures Sayso against its peers, in turns and in one run: ``python -m tests.bench``. Goals are ratios, never times."""
