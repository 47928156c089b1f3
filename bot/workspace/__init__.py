"""The local stand-in for Slack: its Web API, signed events and interactions, and a page."""
