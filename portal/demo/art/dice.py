"""Chance that always falls the same way: one seeded source for everything the demo invents."""

import random


def dice(name: str) -> random.Random:
    """A source of numbers fixed by its name."""
    return random.Random(name)  # noqa: S311 (it draws faces; nothing secret depends on it)
