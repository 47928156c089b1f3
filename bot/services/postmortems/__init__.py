"""The channel's post-mortem: opened, filled, followed."""
