"""The tests of Sayso."""
