"""The channel's post-mortem notebook: opened, filled, followed."""
