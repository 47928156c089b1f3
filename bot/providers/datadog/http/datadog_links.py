"""Links into Datadog's own pages, on the site that the keys belong to."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import quote, urlencode

from bot.providers.datadog.http.site import Site
from bot.signals.question import Period


def question(site: Site, query: str, period: Period) -> str:
    """The RUM explorer with this query over the period."""
    parameters = {"query": query, "from_ts": _ms(period.start), "to_ts": _ms(period.end), "live": "false"}
    return f"{site.app}/rum/sessions?{urlencode(parameters)}"


def session(site: Site, session_id: str, view_id: str, at: datetime) -> str:
    """The replay of a session from a moment in one of its views on, as the SDK's getSessionReplayLink makes it."""
    parameters = urlencode({"seed": view_id, "from": _ms(at)})
    return f"{site.app}/rum/replay/sessions/{quote(session_id, safe='')}?{parameters}"


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
