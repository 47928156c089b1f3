"""Puts the gate before the bot's web server together, from the settings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from aiohttp import web

from bot.app.base import Base
from bot.services.postmortems.notebook_sharing import NotebookSharing, SharedWith
from bot.services.services import Services
from bot.slack.channel_access import ChannelAccess
from bot.slack.web_api import SLACK, NotInstalled, called
from bot.web.access.admission import Admission
from bot.web.access.gate import AccessGate, Doors
from bot.web.access.page_places import PagePlaces
from bot.web.access.people_gate import PeopleGate
from bot.web.access.request_origin import LOOPBACK, PublicOrigin
from bot.web.access.sessions import Cookies, Sessions
from bot.web.access.share_pages import SharePages
from bot.web.access.signed_values import SignedValues, signing_keys
from bot.web.access.signin_pages import BACK, SignInPages
from bot.web.access.single_sign_on import SingleSignOn
from bot.web.access.slack_openid import SlackOpenId
from bot.web.access.viewer import viewer
from bot.web.html_pages import HtmlPages


@dataclass(frozen=True, slots=True)
class WebAccess:
    """The gate, the pages of its own, and what the other pages ask of it. `sharing` is None where pages are open."""

    gate: AccessGate
    signin: SignInPages
    places: PagePlaces
    sharing: SharePages | None

    @property
    def routes(self) -> list[web.RouteDef]:
        return [*self.signin.routes(), *(self.sharing.routes() if self.sharing else ())]

    async def sees_ticket(self, key: str) -> bool:
        """Whether a ticket is on the list of whoever asks."""
        if self.sharing is None:
            return True
        place = await self.places.ticket(key)
        return place is not None and await viewer().sees(place.team, place.channel)


def web_access(base: Base, services: Services, pages: HtmlPages, program: str) -> WebAccess:
    """`program` is what this machine's command line has to show. Raises Misunderstood for settings that don't fit."""
    settings, records = base.settings, base.records
    signed = SignedValues(signing_keys(settings), base.clock)
    cookies = Cookies(secure=base.public_url.startswith("https://"), path=base.path.cookies)
    sessions = Sessions(signed, cookies, records, base.clock, timedelta(hours=settings.session_hours))
    signin = SignInPages(pages, sessions, _slack(base), partial(_has_app, base), base.policies.audit)
    sharing = NotebookSharing(records, SharedWith(settings.sharing))
    notebooks = services.postmortems.notebooks
    places = PagePlaces(base.redis, notebooks, base.questions, base.requests)
    admission = Admission(
        sessions,
        SingleSignOn(settings, base.slack),
        places,
        ChannelAccess(base.redis, base.slack.clients),
        sharing,
        base.policies,
        open_files=settings.file_access == "address",
    )
    is_open = settings.web_access == "open"
    origin = PublicOrigin(base.public_url, loopback=is_open or settings.host in LOOPBACK)
    people = PeopleGate(origin, pages, signin, admission, everybody=is_open)
    return WebAccess(
        gate=AccessGate(Doors(settings.metrics_token, program), people, people.nowhere),
        signin=signin,
        places=places,
        sharing=None if is_open else SharePages(notebooks, sharing, pages, base.slack.people, base.clock),
    )


async def _has_app(base: Base, organization: str) -> bool:
    """Whether the organization has installed the app as a whole, or the setting's token is its own. Raises Upstream."""
    if base.access.installations:
        installation = await base.access.installations.find(organization)
        if installation or not base.access.own:
            return bool(installation and installation[0].org_wide)
    try:
        answer = await called("auth.test", base.slack.clients.patient(organization).auth_test())
    except NotInstalled:
        return False
    return bool(answer.get("is_enterprise_install")) and answer.get("enterprise_id") == organization


def _slack(base: Base) -> SlackOpenId | None:
    settings = base.settings
    if not (settings.slack_client_id and settings.slack_client_secret):
        return None
    return SlackOpenId(
        settings.slack_client_id,
        settings.slack_client_secret,
        f"{base.public_url}{BACK}",
        base.clock,
        settings.slack_api_url or SLACK,
    )
