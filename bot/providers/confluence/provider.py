"""The row of Confluence Cloud."""

from __future__ import annotations

from bot.providers.confluence.confluence_settings import ConfluenceSettings
from bot.providers.provider import Provider

PROVIDER = Provider(
    name="confluence",
    title="Confluence",
    parts=frozenset({"exporter"}),
    settings=ConfluenceSettings,
    open="bot.providers.confluence.open_confluence:open_confluence",
    doctor="bot.providers.confluence.confluence_doctor:checks",
)
