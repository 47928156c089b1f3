"""What people do in the workspace, for the page and for tests: JSON over `/_human/*`."""
