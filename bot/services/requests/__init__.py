"""Requests to owners: asked, answered, reminded, verified."""
