"""Post-mortems as Datadog notebooks."""
