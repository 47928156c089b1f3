"""Sessions: a signed cookie says who somebody is, so that every bot of the installation knows them alike."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta

import msgspec
from aiohttp import web

from bot.kernel.clock import Clock
from bot.state import keys
from bot.state.records import Records, RecordStore
from bot.web.access.signed_values import SignedValues

SESSION, BINDING = "session", "signin"
"""Purposes of signed values, and ends of the cookies' names."""
SIGN_IN_LASTS = timedelta(minutes=10)


class Session(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who is signed in, as Slack's claims said. `issued` is in epoch seconds; `id` is random, for the CSRF token."""

    team: str
    user: str
    name: str
    id: str
    issued: float
    known_by: str = "slack"


@dataclass(frozen=True, slots=True)
class Cookies:
    """Cookies of the pages, for their `path` of this host alone.

    Over https they are Secure, and browsers see to it: by `__Host-` for all paths of a host, by `__Secure-` for one.
    """

    secure: bool
    path: str = "/"

    def name(self, purpose: str) -> str:
        kind = "" if not self.secure else "__Host-" if self.path == "/" else "__Secure-"
        return f"{kind}replaybook-{purpose}"

    def get(self, request: web.Request, purpose: str) -> str:
        return request.cookies.get(self.name(purpose), "")

    def set(self, response: web.StreamResponse, purpose: str, value: str, lasts: timedelta) -> None:
        """`Lax`, because people come from links in Slack; no script reads it."""
        response.set_cookie(
            self.name(purpose),
            value,
            max_age=int(lasts.total_seconds()),
            path=self.path,
            httponly=True,
            secure=self.secure,
            samesite="Lax",
        )

    def delete(self, response: web.StreamResponse, purpose: str) -> None:
        response.del_cookie(self.name(purpose), path=self.path, httponly=True, secure=self.secure, samesite="Lax")


class Sessions:
    def __init__(
        self, signed: SignedValues, cookies: Cookies, records: RecordStore, now: Clock, lasts: timedelta
    ) -> None:
        self.signed = signed
        self.cookies = cookies
        self._signed_out = Records(records, float)
        self._now = now
        self._lasts = lasts

    def begin(self, response: web.StreamResponse, team: str, user: str, name: str) -> None:
        session = Session(team, user, name, secrets.token_urlsafe(16), self._now().timestamp())
        self.cookies.set(response, SESSION, self.signed.sign(SESSION, session, self._lasts), self._lasts)

    async def of(self, request: web.Request) -> Session | None:
        """None without a session, or with one that is over, or from before its person signed out."""
        session = self.signed.read(SESSION, self.cookies.get(request, SESSION), Session)
        if session is None:
            return None
        record = await self._signed_out.get(keys.record(session.team, "signed-out", session.user))
        return session if record is None or session.issued > record[0] else None

    async def end(self, response: web.StreamResponse, session: Session) -> None:
        """Ends every session that the person has anywhere."""
        now = self._now().timestamp()
        await self._signed_out.change(keys.record(session.team, "signed-out", session.user), lambda _: now)
        self.cookies.delete(response, SESSION)

    def csrf(self, session: Session) -> str:
        return self.signed.token("csrf", f"{session.team} {session.user} {session.id}")

    def is_csrf(self, session: Session, token: str) -> bool:
        return self.signed.is_token("csrf", f"{session.team} {session.user} {session.id}", token)
