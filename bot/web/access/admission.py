"""Who somebody is, and what the rule of an address lets them do."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from functools import partial

from aiohttp import web

from bot.notebook.notebook import Notebook
from bot.services.access.access import Access, Deed
from bot.services.postmortems.notebook_sharing import NotebookSharing, SharedWith
from bot.slack.channel_access import ChannelAccess
from bot.web.access.page_places import PagePlaces, Place
from bot.web.access.request_origin import SAFE
from bot.web.access.route_rules import FOR_EVERYBODY, RouteRule
from bot.web.access.sessions import Session, Sessions
from bot.web.access.single_sign_on import SingleSignOn
from bot.web.access.viewer import Viewer

ELSEWHERE = 30
"""Channels of other workspaces that are looked at for one list."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What somebody may do with a page that lies in `place`."""

    writes: bool
    exports: bool = True
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Admission:
    """With `open_files` whoever has a file's address may fetch it."""

    sessions: Sessions
    sso: SingleSignOn
    places: PagePlaces
    channels: ChannelAccess
    sharing: NotebookSharing
    policies: Access
    open_files: bool = False

    async def session(self, request: web.Request) -> Session | None:
        """Raises Upstream while Slack doesn't tell who the single sign-on means."""
        return await self.sso.session(request) or await self.sessions.of(request)

    def viewer(self, session: Session | None, grant: Grant | None) -> Viewer:
        writes, exports = (grant.writes, grant.exports) if grant else (False, False)
        if session is None:
            return Viewer(writes=False, exports=exports, sees=_nothing)
        return Viewer(
            team=session.team,
            user=session.user,
            name=session.name,
            csrf=self.sessions.csrf(session),
            writes=writes,
            exports=exports,
            sees=partial(self._sees, session, []),
            known_by=session.known_by,
        )

    async def permit(self, rule: RouteRule, request: web.Request, session: Session | None, grant: Grant) -> None:
        """Checks the policies of the page's channel, and notes who sees or changes it. Raises Denied."""
        resource, place = request.match_info.route.resource, grant.place
        address = resource.canonical if resource else ""
        if session is None or place is None or address.endswith("/version"):  # a page that is open asks for that
            return
        deed, once = Deed.CHANGE_NOTEBOOK, secrets.token_hex(8)
        if rule is RouteRule.ANSWER:
            deed, once = Deed.VIEW_ANSWER, self._hour()
        elif rule is not RouteRule.NOTEBOOK:
            return
        elif "/export" in address:
            deed = Deed.EXPORT_NOTEBOOK
        elif request.method in SAFE:
            deed, once = Deed.VIEW_NOTEBOOK, self._hour()
        target = place.notebook or request.match_info.get("secret", "")[:6]
        await self.policies.permit(
            deed, team=place.team, channel=place.channel, user=session.user, target=target, once=once
        )

    def _hour(self) -> str:
        return f"{self.policies.audit.now():%Y-%m-%dT%H}"

    async def grant(self, rule: RouteRule, request: web.Request, session: Session | None) -> Grant | None:
        """None for whom the page is closed. Raises Upstream while Slack doesn't tell who is in a channel."""
        match rule:
            case RouteRule.SIGN_IN:
                return Grant(writes=True)
            case RouteRule.SIGNED_IN:
                return Grant(writes=True) if session else None
            case RouteRule.NOTEBOOK:
                place = await self.places.notebook(request.match_info["id"])
            case RouteRule.ANSWER:
                place = await self.places.answer(request.match_info["secret"]) if session else None
            case RouteRule.TICKET:
                place = await self.places.ticket(request.match_info["key"]) if session else None
            case RouteRule.FILE:
                return await self._file(request.match_info["name"], session)
            case _:
                return None
        granted = await self._at(place, session) if place else None
        return granted if granted and _holds_for(granted, request) else None

    async def _file(self, name: str, session: Session | None) -> Grant | None:
        if self.open_files:
            return Grant(writes=False)
        for place in await self.places.of_file(name):
            if granted := await self._at(place, session):
                return replace(granted, writes=False)
        if session is None:
            return None

        async def sees(notebook: Notebook) -> bool:
            return await self.channels.is_member(notebook.team, session.user, notebook.channel)

        found = await self.places.search_file(name, session.team, session.user, sees)
        return Grant(writes=False) if found else None

    async def _at(self, place: Place, session: Session | None) -> Grant | None:
        if session and place.user == session.user and place.team == session.team:
            return Grant(writes=True, place=place)
        if session and await self.channels.is_member(place.team, session.user, place.channel):
            return Grant(writes=True, place=place)
        if not place.notebook:
            return None
        shared = await self.sharing.of(place.team, place.notebook)
        if shared is SharedWith.CHANNEL:
            return None
        inside = session and session.team == place.team and await self._belongs(session)
        if inside:
            return Grant(writes=False, place=place)
        return Grant(writes=False, exports=False, place=place) if shared is SharedWith.PUBLIC else None

    async def _belongs(self, session: Session) -> bool:
        return await self.channels.is_full_member(session.team, session.user)

    async def _sees(self, session: Session, elsewhere: list[str], team: str, channel: str) -> bool:
        """For lists: the workspace is asked for the person's channels once, and only some of others' are looked at."""
        if team == session.team and not channel.startswith("D"):
            return channel in await self.channels.channels_of(team, session.user)
        if channel not in elsewhere:
            if len(elsewhere) >= ELSEWHERE:
                return False
            elsewhere.append(channel)
        return await self.channels.is_member(team, session.user, channel)


def _holds_for(grant: Grant, request: web.Request) -> bool:
    """Of what is shared with everybody, the page alone."""
    resource = request.match_info.route.resource
    return grant.exports or (request.method in SAFE and resource is not None and resource.canonical in FOR_EVERYBODY)


async def _nothing(_team: str, _channel: str) -> bool:
    return False
