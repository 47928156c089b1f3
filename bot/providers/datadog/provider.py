"""The row of Datadog."""

from __future__ import annotations

from bot.providers.datadog.datadog_settings import DatadogSettings
from bot.providers.provider import Provider

TITLE = "Datadog"

PROVIDER = Provider(
    name="datadog",
    title=TITLE,
    parts=frozenset({"source", "recordings", "notebooks", "tracker", "owners", "incidents", "exporter"}),
    settings=DatadogSettings,
    open="bot.providers.datadog.open_datadog:open_datadog",
    doctor="bot.providers.datadog.datadog_doctor:checks",
    intake="bot.providers.datadog.open_datadog:intake_of",
    priority=10,
)
