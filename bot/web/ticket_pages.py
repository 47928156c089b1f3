"""Pages of the embedded tracker: a ticket, and a button for each of its states."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any, Protocol

from aiohttp import web

from bot.backlog.ticket import Status, Ticket
from bot.kernel.errors import Misunderstood
from bot.kernel.locale import Locale
from bot.web.access.viewer import viewer
from bot.web.html_pages import SHOWN_FILES, HtmlPages, asked_locale

Moved = Callable[[Ticket], Awaitable[None]]
Evidence = Callable[[Ticket, Locale], Awaitable[Any]]
Visible = Callable[[str], Awaitable[bool]]
LISTED, MOST_LISTED = 100, 500


class Tickets(Protocol):
    """The part of the embedded tracker that has pages."""

    async def get(self, key: str) -> Ticket: ...
    async def find(self, text: str, limit: int = 10) -> Sequence[Ticket]: ...
    async def move(self, key: str, status: Status) -> Ticket: ...


async def _everybodys(_key: str) -> bool:
    return True


def ticket_routes(
    tickets: Tickets, pages: HtmlPages, moved: Moved, evidence: Evidence, visible: Visible = _everybodys
) -> list[web.RouteDef]:
    """Routes below /tickets. `moved` hears of every press that names a state; it may come twice for one state.

    `evidence` is what a ticket's page shows beside its text, None where there is nothing. The list has the tickets that
    are `visible`, by their keys.
    """

    async def index(request: web.Request) -> web.StreamResponse:
        listed = [ticket for ticket in await tickets.find("", limit=MOST_LISTED) if await visible(ticket.key)]
        return pages.response("tickets", asked_locale(request), tickets=listed[:LISTED])

    async def show(request: web.Request) -> web.StreamResponse:
        ticket, locale = await tickets.get(request.match_info["key"]), asked_locale(request)
        shown = await evidence(ticket, locale)
        if shown and not await viewer().sees(shown.request.team, shown.request.channel):
            shown = None  # another channel named this ticket in an answer of its own
        if shown and not viewer().clips:
            shown = replace(shown, clip=None, files=frozenset())
        response = pages.response(
            "ticket",
            locale,
            ticket=ticket,
            body=_body(ticket),
            statuses=tuple(Status),
            evidence=shown,
        )
        if shown:
            response[SHOWN_FILES] |= shown.files
        return response

    async def move(request: web.Request) -> web.StreamResponse:
        wanted = str((await request.post()).get("status", ""))
        if wanted not in set(Status):
            raise Misunderstood("A ticket is open, in progress, done or closed without a fix.")
        ticket = await tickets.move(request.match_info["key"], Status(wanted))
        await moved(ticket)
        return pages.see_other(f"/tickets/{ticket.key}")

    return [
        web.get("/tickets", pages.guarded(index)),
        web.get("/tickets/{key}", pages.guarded(show)),
        web.post("/tickets/{key}", pages.guarded(move)),
    ]


def _body(ticket: Ticket) -> str:
    """The description without the title, with which that of older tickets begins."""
    first, _, rest = ticket.description.partition("\n")
    return rest.strip() if " ".join(first.split()) == ticket.title else ticket.description
