"""What can be done, one folder a room. Handlers, jobs, web and MCP call these and nothing else."""
