"""A single sign-on in front of the bot: the e-mail address in a header, believed from its own addresses only."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from aiohttp import web

from bot.kernel.errors import Misunderstood
from bot.kernel.settings import Settings, variable
from bot.slack.people import People
from bot.slack.slack import Slack
from bot.slack.web_api import called
from bot.web.access.sessions import Session


class SingleSignOn:
    def __init__(self, settings: Settings, slack: Slack) -> None:
        """Raises Misunderstood for a header without addresses, and for what is no address."""
        self._header = settings.sso_header or ""
        self._networks = trusted_networks(settings)
        self._people: People = slack.people
        self._clients = slack.clients
        self._team = settings.sso_team or ""

    async def session(self, request: web.Request) -> Session | None:
        """Who the header says it is; None without one, from elsewhere, or for somebody whom Slack doesn't know.

        Raises Upstream while Slack doesn't tell the bot's workspace.
        """
        given = request.headers.getall(self._header, []) if self._header else []
        if len(given) != 1 or not self._is_trusted(request):
            return None
        email = given[0].strip()
        if "@" not in email or len(email) > 320:
            return None
        if not self._team:
            self._team = str((await called("auth.test", self._clients.patient("").auth_test()))["team_id"])
        person = await self._people.by_email(self._team, email)
        return Session(self._team, person.id, person.name, email.casefold(), 0.0, "sso") if person else None

    def _is_trusted(self, request: web.Request) -> bool:
        """By the address of whoever is connected, never by one that a header tells."""
        if request.remote is None:
            return False
        address = ip_address(request.remote.partition("%")[0])
        own = getattr(address, "ipv4_mapped", None) or address
        return any(own in network for network in self._networks)


def trusted_networks(settings: Settings) -> list[IPv4Network | IPv6Network]:
    """Where the header is believed from. Raises Misunderstood for what is no network, and for a header without any."""
    networks = [_network(text) for text in settings.sso_addresses]
    if settings.sso_header and not networks:
        raise Misunderstood(
            "%(header)s is set without %(addresses)s: from whom is the header believed?",
            header=variable("sso_header"),
            addresses=variable("sso_addresses"),
        )
    return networks


def _network(text: str) -> IPv4Network | IPv6Network:
    try:
        return ip_network(text)
    except ValueError:
        raise Misunderstood(
            "%(variable)s can’t be “%(text)s”: it is no address or network.",
            variable=variable("sso_addresses"),
            text=text,
        ) from None
