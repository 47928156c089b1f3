"""Pages of the embedded tracker: a ticket, and a button for each of its states."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from aiohttp import web

from bot.backlog.tracker import Status, Ticket
from bot.kernel.errors import Misunderstood
from bot.web.html_pages import HtmlPages, asked_locale

Moved = Callable[[Ticket], Awaitable[None]]


class Tickets(Protocol):
    """The part of the embedded tracker that has pages."""

    async def get(self, key: str) -> Ticket: ...
    async def find(self, text: str, limit: int = 10) -> Sequence[Ticket]: ...
    async def move(self, key: str, status: Status) -> Ticket: ...


def ticket_routes(tickets: Tickets, pages: HtmlPages, moved: Moved) -> list[web.RouteDef]:
    """Routes below /tickets. `moved` hears of every press that names a state; it may come twice for one state."""

    async def index(request: web.Request) -> web.StreamResponse:
        return pages.response("tickets", asked_locale(request), tickets=await tickets.find("", limit=100))

    async def show(request: web.Request) -> web.StreamResponse:
        ticket = await tickets.get(request.match_info["key"])
        return pages.response("ticket", asked_locale(request), ticket=ticket, statuses=tuple(Status))

    async def move(request: web.Request) -> web.StreamResponse:
        wanted = str((await request.post()).get("status", ""))
        if wanted not in set(Status):
            raise Misunderstood("A ticket is open, in progress, done or closed without a fix.")
        ticket = await tickets.move(request.match_info["key"], Status(wanted))
        await moved(ticket)
        raise web.HTTPSeeOther(f"/tickets/{ticket.key}")

    return [
        web.get("/tickets", pages.guarded(index)),
        web.get("/tickets/{key}", pages.guarded(show)),
        web.post("/tickets/{key}", pages.guarded(move)),
    ]
