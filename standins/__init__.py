"""Servers that stand in for outside systems: for the demo, for people who develop, and for the tests."""
