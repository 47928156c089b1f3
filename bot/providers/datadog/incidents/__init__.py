"""A channel's incident in Datadog."""
