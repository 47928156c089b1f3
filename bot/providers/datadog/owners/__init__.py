"""Owners as Datadog knows them."""
