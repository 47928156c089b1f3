"""Tickets in Case Management."""
