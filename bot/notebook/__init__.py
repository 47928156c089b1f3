"""The record: turns what happened into a post-mortem."""
