"""The row of Linear."""

from __future__ import annotations

from bot.providers.linear.linear_settings import LinearSettings
from bot.providers.provider import Provider

PROVIDER = Provider(
    name="linear",
    title="Linear",
    parts=frozenset({"tracker"}),
    settings=LinearSettings,
    open="bot.providers.linear.open_linear:open_linear",
    hooks="bot.providers.linear.linear_hooks:HOOKS",
    doctor="bot.providers.linear.linear_doctor:checks",
    priority=20,
)
