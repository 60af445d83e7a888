"""Use cases: each one transaction that makes a change and records its fact. ``now`` and ``actor`` are always explicit."""
