"""Backups of the whole site: taken in one instant, sealed under a key that is dropped in time, restored and checked."""
