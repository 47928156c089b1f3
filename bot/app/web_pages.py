"""The pages of the bot's web server, put together."""

from __future__ import annotations

from functools import partial
from uuid import uuid4

from aiohttp import web

from bot.app.base import Base
from bot.app.web_access import WebAccess
from bot.backlog.ticket import Ticket
from bot.notebook.notebook import Notebook
from bot.providers.local.local_tickets import LocalTracker
from bot.services.access.access import Deed
from bot.services.postmortems.announce_status import announce
from bot.services.postmortems.discussion import PageDiscussion
from bot.services.postmortems.export_notebook import published_links
from bot.services.postmortems.refresh_facts import refresh_soon
from bot.services.requests.jobs import TicketsChangedJob
from bot.services.requests.ticket_evidence import evidence_of
from bot.services.services import Services
from bot.web.access.request_origin import LOOPBACK
from bot.web.access.viewer import viewer
from bot.web.answer_pages import answer_routes
from bot.web.export_pages import export_routes
from bot.web.head_pages import head_routes
from bot.web.html_pages import HtmlPages
from bot.web.key_time_pages import key_time_routes
from bot.web.notebook_pages import notebook_routes, unshared
from bot.web.ticket_pages import ticket_routes


def page_routes(base: Base, services: Services, pages: HtmlPages, access: WebAccess) -> list[web.RouteDef]:
    """Every page that people see."""
    postmortems = services.postmortems
    tracker = services.requests.trackers.by_name.get(LocalTracker.name)

    async def head_changed(notebook: Notebook) -> None:
        if job := announce(notebook):
            await base.queue.put(job)
        await refresh_soon(services.facts, notebook)

    async def finishing(notebook: Notebook) -> None:
        if user := viewer().user:
            await services.access.permit(
                Deed.FINISH_NOTEBOOK,
                team=notebook.team,
                channel=notebook.channel,
                user=user,
                target=notebook.id,
                once=uuid4().hex,
            )

    heads = head_routes(postmortems.notebooks, pages, now=base.clock, finishing=finishing, changed=head_changed)
    key_times = key_time_routes(
        postmortems.notebooks,
        postmortems.text,
        pages,
        now=base.clock,
        changed=partial(refresh_soon, services.facts),
    )
    routes = [
        *export_routes(services.exports, pages),
        *_notebook_routes(base, services, pages, access),
        *heads,
        *key_times,
        *answer_routes(base.questions, pages, now=base.clock),
        *access.routes,
        *pages.routes(),
    ]
    if not isinstance(tracker, LocalTracker):
        return routes

    async def moved(ticket: Ticket) -> None:
        # The clock would come by within the hour; whoever pressed is watching now.
        press = TicketsChangedJob(tracker=LocalTracker.name, keys=(ticket.key,), delivery=uuid4().hex)
        await base.queue.put(press)

    evidence = partial(evidence_of, services.requests)
    return [*routes, *ticket_routes(tracker, pages, moved, evidence, access.sees_ticket)]


def _notebook_routes(base: Base, services: Services, pages: HtmlPages, access: WebAccess) -> list[web.RouteDef]:
    # Where nobody signs in, a notebook is found by its address, and not in a list, unless only this machine gets here.
    listed = access.sharing is not None or base.settings.host in LOOPBACK
    postmortems = services.postmortems
    return notebook_routes(
        postmortems.notebooks,
        base.files,
        postmortems.text,
        pages,
        listed=listed,
        now=base.clock,
        discussion=PageDiscussion(postmortems, base.queue),
        published=partial(published_links, services.exports),
        share=access.sharing.form if access.sharing else unshared,
        files_elsewhere=access.sharing is None or base.settings.file_access == "address",
    )
