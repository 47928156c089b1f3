"""Outside systems. Each folder implements the ports of the rooms it serves."""
