"""Which workspaces and organizations have installed the app by OAuth, and their tokens."""
