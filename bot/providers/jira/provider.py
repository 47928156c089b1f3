"""The row of Jira."""

from __future__ import annotations

from bot.providers.jira.jira_settings import JiraSettings
from bot.providers.provider import Provider

PROVIDER = Provider(
    name="jira",
    title="Jira",
    parts=frozenset({"tracker"}),
    settings=JiraSettings,
    open="bot.providers.jira.open_jira:open_jira",
    hooks="bot.providers.jira.jira_hooks:HOOKS",
    doctor="bot.providers.jira.jira_doctor:checks",
    priority=20,
)
