"""The way in and out: the page that asks people to sign in, the way to Slack and back, and the way out."""

from __future__ import annotations

import re
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import msgspec
from aiohttp import web

from bot.kernel.base_path import TOP, BasePath
from bot.kernel.errors import Misunderstood
from bot.services.access.audit_log import AuditEntry, AuditLog
from bot.web.access.request_origin import SAFE
from bot.web.access.sessions import BINDING, SIGN_IN_LASTS, Sessions
from bot.web.access.slack_openid import NOT_SIGNED_IN, SlackOpenId
from bot.web.access.viewer import viewer
from bot.web.html_pages import HtmlPages, asked_locale, clean_name, redirect

SIGN_IN = "/signin"
START, BACK, OUT = "/signin/start", "/signin/slack", "/signout"
HOME = "/notebooks"
STATE = "state"
LONGEST_PATH = 500
_OWN_PATH = re.compile(r"/[!-\[\]-~]*")
"""ASCII without spaces, control characters and the backslash, which browsers take for a slash."""


class SignInState(msgspec.Struct, frozen=True):
    """What comes back from Slack with somebody: which browser left (`binding`), the nonce, and where to go on."""

    binding: str
    nonce: str
    next: str


@dataclass(frozen=True, slots=True)
class SignInPages:
    """`slack` is None where sign-in with Slack isn't set up.

    `has_app` tells whether an organization has installed the app as a whole: then its people are the organization's,
    as what they make in Slack is. It raises Upstream.
    """

    pages: HtmlPages
    sessions: Sessions
    slack: SlackOpenId | None
    has_app: Callable[[str], Awaitable[bool]]
    audit: AuditLog

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/signin", self.pages.guarded(self.show)),
            web.get(START, self.pages.guarded(self.start)),
            web.get(BACK, self.pages.guarded(self.back)),
            web.post(OUT, self.pages.guarded(self.out)),
        ]

    async def show(self, request: web.Request) -> web.StreamResponse:
        return self.asking(request, own_path(request.query.get("next", ""), self.pages.base), status=200)

    def asking(self, request: web.Request, next: str, *, status: int = 401, problem: str = "") -> web.Response:
        """The page in place of one that only people who are signed in may see. `problem` says why they still aren't."""
        ready, locale = self.slack is not None, asked_locale(request)
        response = self.pages.response(
            "signin",
            locale,
            status=status,
            next=next,
            start=START,
            ready=ready,
            problem=problem,
            wrote=request.method not in SAFE,
        )
        if status == 401:
            response.headers["WWW-Authenticate"] = 'Cookie realm="Replaybook"'
        response.headers["Cache-Control"] = "no-store"
        return response

    async def start(self, request: web.Request) -> web.StreamResponse:
        """Sends a browser to Slack. It can have several sign-ins under way, as it has several tabs."""
        slack, cookies = self._slack(), self.sessions.cookies
        binding = self.sessions.signed.read(BINDING, cookies.get(request, BINDING), str) or secrets.token_urlsafe(24)
        nonce = secrets.token_urlsafe(24)
        state = SignInState(binding, nonce, own_path(request.query.get("next", ""), self.pages.base))
        signed = self.sessions.signed.sign(STATE, state, SIGN_IN_LASTS)
        response = _redirect(slack.address(signed, nonce))
        cookies.set(response, BINDING, self.sessions.signed.sign(BINDING, binding, SIGN_IN_LASTS), SIGN_IN_LASTS)
        return response

    async def back(self, request: web.Request) -> web.StreamResponse:
        """Signs somebody in, if this very browser was sent to Slack within the last minutes."""
        query, next = request.query, self.pages.base.at(HOME)
        try:
            state = self._state(request)
            next = state.next
            if query.get("error") or not query.get("code"):
                return self.asking(request, next)
            claims = await self._slack().claims(query["code"], state.nonce)
        except Misunderstood as error:
            return self.asking(request, next, status=400, problem=error.text(asked_locale(request)))
        is_org_wide = bool(claims.enterprise) and await self.has_app(claims.enterprise)
        response, team = _redirect(next), claims.enterprise if is_org_wide else claims.team
        await self._note("person.signed_in", team, claims.user)
        self.sessions.begin(response, team, claims.user, clean_name(claims.name) or claims.user)
        return response

    def _state(self, request: web.Request) -> SignInState:
        """Raises Misunderstood."""
        state = self.sessions.signed.read(STATE, request.query.get("state", ""), SignInState)
        own = self.sessions.signed.read(BINDING, self.sessions.cookies.get(request, BINDING), str)
        if state is None or own is None or not secrets.compare_digest(state.binding.encode(), own.encode()):
            raise Misunderstood(
                "This sign-in was begun in another browser, or more than ten minutes ago. Please begin again."
            )
        return state

    async def out(self, request: web.Request) -> web.StreamResponse:
        response = _redirect(self.pages.base.at(SIGN_IN))
        session = await self.sessions.of(request)
        if session and session.user == viewer().user:
            await self._note("person.signed_out", session.team, session.user)
            await self.sessions.end(response, session)
        return response

    async def _note(self, action: str, team: str, user: str) -> None:
        entry = AuditEntry(action=action, team=team, user=user, kind="person", target=user)
        await self.audit.note(entry, secrets.token_hex(8))

    def _slack(self) -> SlackOpenId:
        if self.slack is None:
            raise Misunderstood(NOT_SIGNED_IN)
        return self.slack


def own_path(text: str, base: BasePath = TOP) -> str:
    """The path and query of a page of ours, or else the list of post-mortems: nobody is sent anywhere else."""
    is_path = len(text) <= LONGEST_PATH and _OWN_PATH.fullmatch(text) and not text.startswith("//") and base.holds(text)
    return text if is_path and not base.within(text).startswith((SIGN_IN, OUT)) else base.at(HOME)


def _redirect(address: str) -> web.Response:
    response = redirect(address)
    response.headers["Cache-Control"] = "no-store"
    return response
