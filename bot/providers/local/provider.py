"""The row of the embedded provider."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from bot.kernel.setting_values import passwords
from bot.kernel.settings_table import ProviderSettings, Secret
from bot.providers.provider import Provider

TITLE = "local data"


class LocalSettings(ProviderSettings, frozen=True, kw_only=True):
    """There is nothing to set up: the embedded parts work without an account."""

    events: Annotated[
        Secret | None,
        Meta(
            description="ClickHouse that keeps the events, for more than one bot: "
            "`clickhouse://user:password@host:8123/database`, or `clickhouses://` for TLS; else they are in a file."
        ),
    ] = None
    events_cluster: Annotated[
        str,
        Meta(description="Cluster of that ClickHouse; its tables are then replicated, and spread over its shards."),
    ] = ""

    @property
    def configured(self) -> bool:
        return True

    @property
    def secrets(self) -> tuple[str, ...]:
        """With the password alone, as errors may have it."""
        return (*super().secrets, *passwords(self.events or ""))


PROVIDER = Provider(
    name="local",
    title=TITLE,
    parts=frozenset({"source", "recordings", "notebooks", "tracker"}),
    settings=LocalSettings,
    open="bot.providers.local.open_local:open_local",
    doctor="bot.providers.local.open_local:event_checks",
)
