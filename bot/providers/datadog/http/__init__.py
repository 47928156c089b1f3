"""The HTTP client for Datadog's API, and what its answers mean."""
