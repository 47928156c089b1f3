"""What people can trigger from Slack, one file per behaviour."""
