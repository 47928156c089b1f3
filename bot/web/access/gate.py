"""The gate before every route of the bot's web server: nobody gets further whom the address's rule doesn't let in."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import Protocol

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.kernel.base_path import STRIPPED, TOP
from bot.kernel.settings import Secret
from bot.web.access.route_rules import BASE, RouteRule, address_of, is_inside, rule_of
from bot.web.html_pages import asked_locale

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
"""Of every answer, unless its page has others."""


async def add_headers(_request: web.Request, response: web.StreamResponse) -> None:
    """A signal of aiohttp: before any answer is sent, whoever made it."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)


@dataclass(frozen=True, slots=True)
class Doors:
    """What only programs open: the metrics by a token that is set, this machine's commands by one made at the start."""

    metrics: Secret | None = None
    program: str = ""

    def opened(self, rule: RouteRule, request: web.Request) -> bool:
        token = self.metrics if rule is RouteRule.METRICS else self.program
        kind, _, given = request.headers.get("Authorization", "").partition(" ")
        right = hmac.compare_digest(given.strip().encode("utf-8", "replace"), (token or "").encode())
        return bool(token) and kind.casefold() == "bearer" and right


class PageGate(Protocol):
    """Lets people in."""

    async def admit(self, rule: RouteRule, request: web.Request, handler: Handler) -> web.StreamResponse: ...


class AccessGate:
    """A middleware. Without `pages` the server has none, and only programs are let in.

    A browser that asks for what isn't there is answered by `nowhere`, a program by the router.
    """

    def __init__(self, doors: Doors, pages: PageGate | None = None, nowhere: Handler | None = None) -> None:
        self._doors = doors
        self._pages = pages
        self._nowhere = nowhere

    @web.middleware
    async def admit(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        address = address_of(request)
        if address is None:
            absent = self._nowhere if self._nowhere and _is_browser(request) else handler
            return _stripped(request) or await absent(request)
        rule = rule_of(address)
        if rule is RouteRule.OWN_LOCK:
            return await handler(request)
        if rule in {RouteRule.METRICS, RouteRule.PROGRAM}:
            return await handler(request) if self._doors.opened(rule, request) else web.Response(status=401)
        if rule is None or self._pages is None:
            return web.Response(status=403)
        return await self._pages.admit(rule, request, handler)


def _stripped(request: web.Request) -> web.Response | None:
    """What is said to the proxy's owner where a request for an address of ours came without the installation's path."""
    base = request.app.get(BASE, TOP)
    if not base.prefix or rule_of(request.path) is None or is_inside(request.path):
        return None
    sentence = asked_locale(request).text(
        "Replaybook is at %(address)s, and this request came without %(path)s: the proxy in front of it has to pass "
        "the path on as it is.",
        address=base.address,
        path=base.prefix,
    )
    return web.Response(status=STRIPPED, text=f"{sentence}\n")


def _is_browser(request: web.Request) -> bool:
    """Whether somebody may read a page in answer to an address that is none; a wrong method is another matter."""
    error = request.match_info.http_exception
    return error is not None and error.status == 404 and "text/html" in request.headers.get("Accept", "")
