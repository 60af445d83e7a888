"""Incoming bytes: what a performer sends is told apart, capped, scrubbed, previewed and encrypted, without Django."""
