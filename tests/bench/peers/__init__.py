"""Rows of the bench alone: plain rows to save, kept by no history or by a peer's, and rules that are read one by one."""
