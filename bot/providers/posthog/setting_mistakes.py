"""Settings that look right and can’t be: each is refused with what to set instead, before anything is sent."""

from __future__ import annotations

from urllib.parse import urlsplit

from bot.kernel.errors import Misunderstood
from bot.providers.posthog.posthog_settings import PostHogSettings

_OF_PROJECTS = "phc_"
_INGESTION, _PEOPLES = ".i.posthog.com", ".posthog.com"


def refuse_mistaken(settings: PostHogSettings) -> None:
    """Raises Misunderstood for the project's public key, an address that can’t be asked, and the one pages send to."""
    host = _host(settings.url)
    if host is None:
        raise Misunderstood(
            "REPLAYBOOK_POSTHOG_URL isn’t an address that can be asked: give https:// and a host, without a name, a "
            "password or parameters.",
            at="REPLAYBOOK_POSTHOG_URL",
        )
    if host.endswith(_INGESTION):
        raise Misunderstood(
            "REPLAYBOOK_POSTHOG_URL is where pages send their events; people open that PostHog at %(address)s.",
            at="REPLAYBOOK_POSTHOG_URL",
            address=f"https://{host.removesuffix(_INGESTION)}{_PEOPLES}",
        )
    if settings.key and settings.key.startswith(_OF_PROJECTS):
        raise Misunderstood(
            "REPLAYBOOK_POSTHOG_KEY is the key that pages send with (phc_…), which can’t read anything: make a "
            "personal API key (phx_…).",
            at="REPLAYBOOK_POSTHOG_KEY",
        )


def _host(url: str) -> str | None:
    """Returns the host of an address that can be asked with a path and a key of ours, else None."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 (reading it is what refuses a port that is none)
        host = (parts.hostname or "").encode("idna").decode()
    except ValueError:
        return None
    plain = not (parts.query or parts.fragment or "@" in parts.netloc or any(map(str.isspace, url)))
    return host if host and plain else None
