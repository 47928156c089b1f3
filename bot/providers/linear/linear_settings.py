"""What an operator can set for Linear."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from bot.kernel.settings_table import PREFIX, VARIABLE, ProviderSettings, Secret


class LinearSettings(ProviderSettings, frozen=True, kw_only=True):
    """A key of Linear's own tools keeps its name."""

    prefix: ClassVar[str] = f"{PREFIX}LINEAR_"

    api_key: Annotated[
        Secret | None,
        Meta(
            description="Personal API key of Linear; bot/providers/linear/README.md lists its permissions.",
            extra={VARIABLE: "LINEAR_API_KEY"},
        ),
    ] = None
    access_token: Annotated[
        Secret | None, Meta(description="Access token of an OAuth application of Linear, instead of a personal key.")
    ] = None
    workspace: Annotated[
        str,
        Meta(
            description="The workspace's name in Linear's addresses, `acme` of linear.app/acme. Links to issues of "
            "other workspaces are then not taken for ours.",
            pattern=r"^[\w-]*$",
        ),
    ] = ""
    webhook_secret: Annotated[
        Secret | None, Meta(description="Signing secret of the webhook that Linear sends; without it none is heard.")
    ] = None
    url: Annotated[
        str | None, Meta(description="Base address of Linear's API; without it, Linear's own.", pattern="^https?://")
    ] = None

    @property
    def configured(self) -> bool:
        return bool(self.api_key or self.access_token)
