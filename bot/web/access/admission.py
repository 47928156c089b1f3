"""Who somebody is, and what the rule of an address lets them do."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from functools import partial

from aiohttp import web

from bot.notebook.notebook import Notebook
from bot.services.access.access import Access, Deed
from bot.services.access.policy import Right
from bot.services.postmortems.notebook_sharing import NotebookSharing, SharedWith
from bot.slack.channel_access import ChannelAccess
from bot.web.access.page_places import PagePlaces, Place, place_of
from bot.web.access.request_origin import SAFE
from bot.web.access.route_rules import FOR_EVERYBODY, RouteRule, address_of
from bot.web.access.sessions import Session, Sessions
from bot.web.access.single_sign_on import SingleSignOn
from bot.web.access.viewer import Viewer

ELSEWHERE = 30
"""Channels of other workspaces that are looked at for one list."""


VIEWS = frozenset({Deed.VIEW_ANSWER, Deed.VIEW_NOTEBOOK, Deed.VIEW_TICKET, Deed.VIEW_FILE})
"""Noted once an hour."""
_OF_NOTEBOOKS: tuple[tuple[str, Deed | None], ...] = (
    ("/version", None),  # a page that is open asks for that
    ("/sharing", Deed.SHARE_NOTEBOOK),
    ("/publish/{to}", Deed.PUBLISH_NOTEBOOK),
    *((f".{kind}", Deed.EXPORT_NOTEBOOK) for kind in ("md", "zip", "html", "pdf")),
)
"""What is done at addresses with these endings."""


def deed_of(rule: RouteRule, address: str, *, safe: bool) -> Deed | None:
    """What whoever asks for an address does there, None for what is not noted."""
    match rule:
        case RouteRule.ANSWER:
            return Deed.VIEW_ANSWER
        case RouteRule.TICKET:
            return Deed.VIEW_TICKET if safe else Deed.CHANGE_TICKET
        case RouteRule.FILE:
            return Deed.VIEW_FILE
        case RouteRule.NOTEBOOK:
            usual = Deed.VIEW_NOTEBOOK if safe else Deed.CHANGE_NOTEBOOK
            return next((deed for ending, deed in _OF_NOTEBOOKS if address.endswith(ending)), usual)
    return None


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

    async def viewer(self, session: Session | None, grant: Grant | None) -> Viewer:
        """Raises Unavailable while Slack doesn't say who somebody is."""
        place = grant.place if grant else None
        clips = place is None or await self._sees_clips(place, session)
        writes, exports = (grant.writes, grant.exports) if grant else (False, False)
        if session is None:
            return Viewer(writes=False, exports=exports, sees=_nothing, reads=_nothing, clips=clips)
        return Viewer(
            team=session.team,
            user=session.user,
            name=session.name,
            csrf=self.sessions.csrf(session),
            writes=writes,
            exports=exports,
            sees=partial(self._sees, session, []),
            reads=partial(self.policies.allows, Right.NOTEBOOK, user=session.user),
            clips=clips,
            known_by=session.known_by,
        )

    async def permit(self, rule: RouteRule, request: web.Request, session: Session | None, grant: Grant) -> None:
        """Checks the policies of the page's channel, and notes who sees, changes or takes it. Raises Denied."""
        place = grant.place
        deed = deed_of(rule, address_of(request) or "", safe=request.method in SAFE)
        if session is None or place is None or deed is None:
            return
        name = next(iter(request.match_info.values()), "")
        target = place.notebook or (name[:6] if rule is RouteRule.ANSWER else name)
        once = self._hour() if deed in VIEWS else secrets.token_hex(8)
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
            granted = await self._at(place, session)
            if granted and await self._shows(place, name, session):
                return replace(granted, writes=False)
        if session is None:
            return None

        async def sees(notebook: Notebook) -> bool:
            inside = await self._is_inside(session, notebook.team, notebook.channel)
            return inside and await self._shows(place_of(notebook), name, session)

        channel = await self.places.search_file(name, session.team, session.user, sees)
        return Grant(writes=False) if channel else None

    async def _sees_clips(self, place: Place, session: Session | None) -> bool:
        """What is shared with everybody, guests see like everybody."""
        see = partial(self.policies.sees_clips, place.team, place.channel)
        if await see(session.user if session else ""):
            return True
        shared = await self.sharing.of(place.team, place.notebook) if place.notebook else SharedWith.CHANNEL
        return shared is SharedWith.PUBLIC and await see("")

    async def _shows(self, place: Place, name: str, session: Session | None) -> bool:
        """Whether a page of this place shows somebody the file. Clips are not for everybody; pictures of people are."""
        if await self._sees_clips(place, session):
            return True
        return bool(place.notebook) and name not in await self.places.clips_of(place.notebook)

    async def _at(self, place: Place, session: Session | None) -> Grant | None:
        if session and place.user == session.user and place.team == session.team:
            return Grant(writes=True, place=place)
        if session and await self._is_inside(session, place.team, place.channel):
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

    async def _is_inside(self, session: Session, team: str, channel: str) -> bool:
        """Whether they are in the channel, and not somebody of another workspace whose id happens to be the same.

        Slack: an id is unique within its workspace, and together with it.
        """
        if not await self.channels.is_member(team, session.user, channel):
            return False
        if session.team == team:
            return True
        homes = (await self.policies.people.get(team, session.user)).homes
        return not homes or session.team in homes

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
        return await self._is_inside(session, team, channel)


def _holds_for(grant: Grant, request: web.Request) -> bool:
    """Of what is shared with everybody, the page alone."""
    return grant.exports or (request.method in SAFE and address_of(request) in FOR_EVERYBODY)


async def _nothing(_team: str, _channel: str) -> bool:
    return False
