"""What an operator can set for Datadog."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from bot.kernel.settings_table import PREFIX, VARIABLE, ProviderSettings, Secret


class DatadogSettings(ProviderSettings, frozen=True, kw_only=True):
    """Variables of Datadog's own tools keep their names."""

    prefix: ClassVar[str] = f"{PREFIX}DATADOG_"

    api_key: Annotated[
        Secret | None,
        Meta(description="API key of the Datadog organization to ask.", extra={VARIABLE: "DD_API_KEY"}),
    ] = None
    app_key: Annotated[
        Secret | None,
        Meta(
            description="Application key; bot/providers/datadog/README.md lists its permissions.",
            extra={VARIABLE: "DD_APP_KEY"},
        ),
    ] = None
    site: Annotated[
        str,
        Meta(
            description="Datadog's site, as datadoghq.eu or us5.datadoghq.com: without https:// and `app`.",
            pattern=r"^(?!app\.)[a-z0-9-]+(\.[a-z0-9-]+)+$",
            extra={VARIABLE: "DD_SITE"},
        ),
    ] = "datadoghq.com"
    url: Annotated[
        str | None, Meta(description="Base address of Datadog's API; without it, the site's.", pattern="^https?://")
    ] = None
    app_url: Annotated[
        str | None,
        Meta(
            description="Where people open Datadog, as https://acme.datadoghq.com; without it, the site's address.",
            pattern="^https?://",
        ),
    ] = None
    incidents: Annotated[
        tuple[Annotated[str, Meta(pattern="^[CG][A-Z0-9]+=.+$")], ...],
        Meta(description="Incidents of channels that Datadog doesn't know: `C0123=142`, with commas."),
    ] = ()
    postmortem_template: Annotated[
        str, Meta(description="Id of Datadog's post-mortem template, which says where it makes the document.")
    ] = ""

    @property
    def configured(self) -> bool:
        """One key is enough to be meant: opening says which other one is missing."""
        return bool(self.api_key or self.app_key)
