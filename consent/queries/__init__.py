"""Reads for screens and exports; nothing here writes."""
