"""The part of the gate that lets people in: by the host's name, by where a form comes from, and by who they are."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.typedefs import Handler

from bot.services.access.access import Denied
from bot.web.access.admission import Admission
from bot.web.access.request_origin import SAFE, PublicOrigin
from bot.web.access.route_rules import RouteRule
from bot.web.access.sessions import Session
from bot.web.access.signin_pages import SignInPages
from bot.web.access.viewer import CSRF_FIELD, viewed_by
from bot.web.html_pages import SHOWN_FILES, HtmlPages, asked_locale

NOWHERE = "There is no such page."
CLOSED = "There is no such page, or it is only for people in its channel."
MISDIRECTED = "These pages are at %(address)s and by no other name."
FOREIGN = "This form was sent from another site, so it was not taken."
UNREADABLE = "This form can’t be read, so nothing was changed."
OUTDATED = "This form is from before you signed in. Please load the page again, and send it once more."


@dataclass(frozen=True, slots=True)
class PeopleGate:
    """With `everybody` the pages are open to whoever reaches them by the bot's own name."""

    origin: PublicOrigin
    pages: HtmlPages
    signin: SignInPages
    admission: Admission
    everybody: bool = False

    async def admit(self, rule: RouteRule, request: web.Request, handler: Handler) -> web.StreamResponse:
        if not self.origin.is_host(request.host):
            return self._sorry(request, 421, MISDIRECTED, address=self.origin.address)
        if not self.origin.is_own(request):
            return self._sorry(request, 403, FOREIGN)
        if not await _is_readable(request):
            return self._sorry(request, 400, UNREADABLE)
        if self.everybody:
            return await handler(request)

        async def admitted(request: web.Request) -> web.StreamResponse:
            return await self._admitted(rule, request, handler)

        return await self.pages.guarded(admitted)(request)

    async def nowhere(self, request: web.Request) -> web.StreamResponse:
        """Tells whoever came by an address that is none, signed in or not."""
        return self._sorry(request, 404, NOWHERE)

    async def _admitted(self, rule: RouteRule, request: web.Request, handler: Handler) -> web.StreamResponse:
        session = await self.admission.session(request)
        grant = await self.admission.grant(rule, request, session)
        if grant is None and session is None:
            return self.signin.asking(request, request.path_qs if request.method in SAFE else "")
        with viewed_by(await self.admission.viewer(session, grant)):
            if grant is None or not (grant.writes or request.method in SAFE):
                return self._sorry(request, 403, CLOSED, page="closed")
            if not await self._is_our_form(request, session):
                return self._sorry(request, 403, OUTDATED)
            try:
                await self.admission.permit(rule, request, session, grant)
            except Denied as denied:
                return self._sorry(request, 403, denied.text(asked_locale(request)))
            response = await handler(request)
            if grant.place and isinstance(response, web.Response):
                await self.admission.places.remember_files(grant.place, response.get(SHOWN_FILES, ()))
        return response

    async def _is_our_form(self, request: web.Request, session: Session | None) -> bool:
        if request.method in SAFE:
            return True
        given = str((await request.post()).get(CSRF_FIELD, ""))
        return session is not None and self.admission.sessions.is_csrf(session, given)

    def _sorry(
        self, request: web.Request, status: int, sentence: str, *, page: str = "sorry", **values: object
    ) -> web.Response:
        locale = asked_locale(request)
        text, wrote = locale.text(sentence, **values), request.method not in SAFE
        return self.pages.response(page, locale, status=status, sentence=text, wrote=wrote)


async def _is_readable(request: web.Request) -> bool:
    """Whether a form is one, in an encoding that it names rightly. It is read once, and kept with the request."""
    if request.method in SAFE:
        return True
    try:
        await request.post()
    except (ValueError, LookupError, HttpProcessingError):
        return False
    return True
