"""The row of PostHog."""

from __future__ import annotations

from bot.providers.posthog.posthog_settings import PostHogSettings
from bot.providers.provider import Provider

TITLE = "PostHog"

PROVIDER = Provider(
    name="posthog",
    title=TITLE,
    parts=frozenset({"source", "recordings"}),
    settings=PostHogSettings,
    open="bot.providers.posthog.open_posthog:open_posthog",
    doctor="bot.providers.posthog.posthog_doctor:checks",
    priority=5,
)
