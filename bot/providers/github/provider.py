"""The row of GitHub."""

from __future__ import annotations

from bot.providers.github.github_settings import GitHubSettings
from bot.providers.provider import Provider

PROVIDER = Provider(
    name="github",
    title="GitHub",
    parts=frozenset({"tracker"}),
    settings=GitHubSettings,
    open="bot.providers.github.open_github:open_github",
    doctor="bot.providers.github.github_doctor:checks",
    hooks="bot.providers.github.github_hooks:HOOKS",
    priority=5,
)
