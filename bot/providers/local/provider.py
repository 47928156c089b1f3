"""The row of the embedded provider."""

from __future__ import annotations

from bot.kernel.settings_table import ProviderSettings
from bot.providers.provider import Provider

TITLE = "local data"


class LocalSettings(ProviderSettings, frozen=True, kw_only=True):
    """There is nothing to set up: the embedded parts work without an account."""

    @property
    def configured(self) -> bool:
        return True


PROVIDER = Provider(
    name="local",
    title=TITLE,
    parts=frozenset({"source", "recordings", "notebooks", "tracker"}),
    settings=LocalSettings,
    open="bot.providers.local.open_local:open_local",
)
