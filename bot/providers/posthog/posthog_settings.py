"""What an operator can set for PostHog."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from bot.kernel.settings_table import PREFIX, ProviderSettings, Secret

_NAME = r"^[A-Za-z_$][A-Za-z0-9_$.-]*$"
"""What can be the name of a property in a query."""


class PostHogSettings(ProviderSettings, frozen=True, kw_only=True):
    """One project, with a personal API key."""

    prefix: ClassVar[str] = f"{PREFIX}POSTHOG_"

    key: Annotated[
        Secret | None,
        Meta(description="Personal API key (phx_…); bot/providers/posthog/README.md lists its scopes."),
    ] = None
    project: Annotated[
        str, Meta(description="Id of the project to ask: the number in its address.", pattern="^[0-9]+$")
    ] = ""
    url: Annotated[
        str,
        Meta(
            description="Where PostHog is: https://us.posthog.com, https://eu.posthog.com, or your own.",
            pattern="^https?://",
        ),
    ] = "https://us.posthog.com"
    version_property: Annotated[
        str, Meta(description="Property of events that holds the application’s version.", pattern=_NAME)
    ] = "version"
    env_property: Annotated[str, Meta(description="Property of events that holds the environment.", pattern=_NAME)] = (
        "env"
    )
    service_property: Annotated[str, Meta(description="Property of events that holds the service.", pattern=_NAME)] = (
        "service"
    )

    @property
    def configured(self) -> bool:
        """One of the two is enough to be meant: opening says that the other one is missing."""
        return bool(self.key or self.project)
