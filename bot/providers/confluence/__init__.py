"""Confluence Cloud: post-mortems as pages."""
