"""Browser, system and device from a User-Agent header, as far as a short table goes."""

from __future__ import annotations

from bot.providers.local.batch import Surroundings

# In this order: every browser claims to be the ones below it.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Whale/", "Whale"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iOS"),
    ("iPad", "iOS"),
    ("CrOS", "Chrome OS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def around(user_agent: str, country: str = "") -> Surroundings:
    """Returns what is recognised, and empty texts elsewhere. `country` is a two-letter code from a proxy in front."""
    return Surroundings(
        browser=_first(_BROWSERS, user_agent),
        os=_first(_SYSTEMS, user_agent),
        device=_device(user_agent),
        country=country.upper() if len(country) == 2 and country.isalpha() else "",
    )


def _first(table: tuple[tuple[str, str], ...], user_agent: str) -> str:
    return next((name for mark, name in table if mark in user_agent), "")


def _device(user_agent: str) -> str:
    if "iPad" in user_agent or "Tablet" in user_agent or ("Android" in user_agent and "Mobile" not in user_agent):
        return "Tablet"
    if "Mobi" in user_agent:
        return "Mobile"
    return "Desktop" if _first(_SYSTEMS, user_agent) else ""
