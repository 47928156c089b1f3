"""What an operator can set for Confluence Cloud."""

from __future__ import annotations

import base64
from typing import Annotated, ClassVar

from msgspec import Meta

from bot.kernel.settings_table import PREFIX, ProviderSettings, Secret


class ConfluenceSettings(ProviderSettings, frozen=True, kw_only=True):
    """Where pages are published, and as whom."""

    prefix: ClassVar[str] = f"{PREFIX}CONFLUENCE_"

    url: Annotated[
        str | None,
        Meta(description="Address of the Confluence Cloud site, as https://acme.atlassian.net.", pattern="^https?://"),
    ] = None
    email: Annotated[str, Meta(description="E-mail address of the account that publishes.")] = ""
    token: Annotated[Secret | None, Meta(description="API token of that account; it ends after a year at most.")] = None
    space: Annotated[str, Meta(description="Key of the space that pages are published in, as in its address.")] = ""
    parent: Annotated[
        str,
        Meta(description="Number of the page they are put under; without it, the space's home.", pattern="^[0-9]*$"),
    ] = ""

    @property
    def configured(self) -> bool:
        """The address or the token is enough to be meant: opening says what else is missing."""
        return bool(self.url or self.token)

    @property
    def secrets(self) -> tuple[str, ...]:
        """The token, and the form in which it is sent."""
        known = super().secrets
        sent = base64.b64encode(f"{self.email}:{self.token}".encode()).decode()
        return (*known, sent) if known else known
