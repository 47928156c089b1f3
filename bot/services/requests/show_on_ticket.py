"""Shows a request on its ticket: where it was asked, the numbers as they are now, and what was answered."""

from __future__ import annotations

from contextlib import suppress

import msgspec

from bot.backlog.check_sentences import note, outcome_name
from bot.backlog.request import HistoryEntry, Request, RequestAction, RequestState
from bot.backlog.sentences import who
from bot.backlog.ticket import Ability, BackLink
from bot.kernel.errors import Conflict, Missing, Upstream
from bot.kernel.ids import meaning
from bot.kernel.locale import Locale
from bot.services.requests import notify
from bot.services.requests.context import RequestContext
from bot.services.requests.follow_ticket import follow
from bot.services.requests.new_ticket import impact_facts
from bot.services.requests.request_records import Shown
from bot.services.requests.ticket_evidence import clip_file, ticket_links
from bot.state.locks import LockLost

LINKED = frozenset(
    {
        RequestAction.IN_BACKLOG,
        RequestAction.RENAME,
        RequestAction.RETURN,
        RequestAction.DONE,
        RequestAction.FINISH,
        RequestAction.VERIFY,
    }
)
"""After these a ticket is shown anew what stands in Slack."""


async def show_on_ticket(context: RequestContext, request: Request, version: int) -> None:
    """Whoever works on the ticket finds the thread. Nothing is said on tickets that the tracker doesn't have."""
    entry = notify.entry_of(request, version)
    if entry is None or not request.ticket_link or request.standing:
        return
    tracker = context.trackers.of(request.tracker, request.team)
    if entry.action is RequestAction.IN_BACKLOG:
        await context.records.note_ticket(request, tracker.name)  # whoever recorded the answer may have died before
    with suppress(Missing):
        if entry.action is RequestAction.PLAN:
            await follow(context, request, (await tracker.read([request.ticket]))[request.ticket])
        if entry.action in LINKED:
            await link_ticket(context, request)
        if entry.action in _ON_TICKET and not (linked(context, request) and entry.action is RequestAction.IN_BACKLOG):
            await _comment(context, request, entry)
        attaches = entry.action is RequestAction.IN_BACKLOG and Ability.ATTACHMENTS in tracker.abilities
        if attaches and (clip := await clip_file(context, request, _linked_by(request))):
            await tracker.attach(request.ticket, clip)


def linked(context: RequestContext, request: Request) -> bool:
    return Ability.LINKS in context.trackers.of(request.tracker, request.team).abilities


async def link_ticket(context: RequestContext, request: Request) -> None:
    """Once for what it says: nothing is sent while no number has changed. Raises Missing and Upstream."""
    if not (request.ticket_link and linked(context, request)) or request.standing:
        return
    tracker = context.trackers.of(request.tracker, request.team)

    async def prepared() -> Shown:
        link = await _back_link(context, await context.records.find(request.team, request.id) or request)
        return meaning(msgspec.json.encode(link)), lambda: tracker.link_back(request.ticket, link)

    await context.records.show_once(request, prepared)


async def link_tickets_of(context: RequestContext, team: str, channel: str) -> None:
    """After a notebook's numbers were counted anew. A ticket that can't be told now is told the next time."""
    for request in await context.records.open(team):
        if request.channel == channel and request.state is RequestState.IN_BACKLOG:
            with suppress(Missing, Upstream, Conflict, LockLost):
                await link_ticket(context, request)


async def _back_link(context: RequestContext, request: Request) -> BackLink:
    locale = await notify.locale_of(context, request, request.asker)
    thread = await notify.thread_url(context, request)
    notebook = await notify.notebook_url(context, request)
    links = await ticket_links(context, request, _linked_by(request), locale)
    url = thread or notebook
    return BackLink(
        id=f"replaybook-{request.id}",
        url=url,
        title=request.what,
        summary=await _summary(context, request, locale),
        resolved=request.state is RequestState.IMPROVED,
        more=tuple(link for link in links if link.url != url),
    )


def _linked_by(request: Request) -> str:
    """Who named the ticket last; whoever asked, where nobody did."""
    named = (each.who.id for each in reversed(request.history) if each.action is RequestAction.IN_BACKLOG)
    return next((id for id in named if id), request.asker.id)


async def _summary(context: RequestContext, request: Request, locale: Locale) -> str:
    """ "41 people affected (12%) · Improved. Chance alone doesn’t make that difference." """
    parts: list[str] = []
    with suppress(Missing, Upstream):
        if request.notebook:
            notebook = await context.postmortems.notebooks.get(request.notebook)
            parts = [f"{fact.label}: {fact.value}" for fact in impact_facts(notebook, locale)]
    if not parts:
        asked = await context.questions.get(request.team, request.question)
        if asked.answer:
            people = asked.answer.counts.people
            parts = [locale.plural("%(n)s person affected", "%(n)s people affected", people)]
    if request.check:
        parts.append(f"{outcome_name(request.check, locale)}. {note(request.check, locale)}")
    return " · ".join(parts)


async def _comment(context: RequestContext, request: Request, entry: HistoryEntry) -> None:
    locale = await notify.locale_of(context, request, request.asker)
    text = locale.text(
        _ON_TICKET[entry.action],
        who=who(entry, locale),
        what=request.what,
        reason=request.reason,
        url=await notify.thread_url(context, request),
    )
    tracker = context.trackers.of(request.tracker, request.team)
    await tracker.comment(request.ticket, text, meaning=f"{request.id}:{entry.version}")


def _(message: str) -> str:
    """Marks a text for the catalogs; it is translated when used."""
    return message


_ON_TICKET = {
    RequestAction.IN_BACKLOG: _("%(who)s confirmed in Slack that this is the fix for “%(what)s”: %(url)s"),
    RequestAction.NOT_DOING: _("%(who)s said in Slack that this won’t be done: %(reason)s (%(url)s)"),
}
