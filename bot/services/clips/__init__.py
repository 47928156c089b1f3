"""Clips: asked for, chosen, rendered, shown."""
