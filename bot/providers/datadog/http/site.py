"""The addresses of one Datadog site: its API, its application and its browser intake."""

from __future__ import annotations

from dataclasses import dataclass

SITES = (
    "datadoghq.com",
    "us3.datadoghq.com",
    "us5.datadoghq.com",
    "datadoghq.eu",
    "ap1.datadoghq.com",
    "ap2.datadoghq.com",
    "uk1.datadoghq.com",
    "ddog-gov.com",
    "us2.ddog-gov.com",
)
"""The sites known today. Another name works as well: the addresses follow from it by rule."""


@dataclass(frozen=True, slots=True)
class Site:
    """`name` is DD_SITE; `url` overrides the address of the API (a proxy, the stand-in), `app_url` people's own."""

    name: str = SITES[0]
    url: str | None = None
    app_url: str | None = None

    @property
    def api(self) -> str:
        return (self.url or f"https://api.{self.name}").rstrip("/")

    @property
    def app(self) -> str:
        """The first sites live at `app.<site>`, those with a region in their name at the name itself.

        Organizations may have an address of their own, such as `acme.datadoghq.com`.
        """
        if self.app_url:
            return self.app_url.rstrip("/")
        return f"https://app.{self.name}" if self.name.count(".") == 1 else f"https://{self.name}"

    @property
    def intake(self) -> str:
        """Where the browser SDK sends: every dot but the last becomes a dash (endpointBuilder.ts of the SDK)."""
        head, _, end = self.name.rpartition(".")
        return f"https://browser-intake-{head.replace('.', '-')}.{end}"
