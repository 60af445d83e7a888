"""Reactions to facts: who is told, over which channel, and when."""
