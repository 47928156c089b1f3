"""What every room stands on: settings, Redis, the queue, the outbox to Slack, messages, locale, telemetry, errors."""
