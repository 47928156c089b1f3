"""Signals from RUM."""
