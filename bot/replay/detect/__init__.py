"""Frustration signals found in a recording, with the names and selectors of what was clicked."""
