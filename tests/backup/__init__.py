"""Backups: taken while everything goes on, and restored into another engine."""
