"""What a ticket made from the thread says: the problem with its numbers, the follow-up, and where to read on."""

from __future__ import annotations

import logging

from bot.backlog.follow_up_plan import KINDS
from bot.backlog.request import FollowUpPlan, Request
from bot.backlog.ticket import Ability, NewTicket, Ticket, TicketFact
from bot.kernel.errors import Missing, Upstream
from bot.kernel.locale import Locale
from bot.notebook.impact import Impact
from bot.notebook.key_time_words import NAMES
from bot.notebook.notebook import Notebook
from bot.services.requests import notify
from bot.services.requests.context import RequestContext
from bot.services.requests.follow_ups import fields_of
from bot.services.requests.ticket_evidence import clip_file, ticket_links

log = logging.getLogger(__name__)


async def new_ticket(
    context: RequestContext,
    request: Request,
    plan: FollowUpPlan,
    title: str,
    custom: dict[str, tuple[str, ...]],
    by: str,
) -> NewTicket:
    """The same meaning for the same request and round.

    `by` wants it, `custom` are the values of what the tracker requires.
    """
    locale = await notify.locale_of(context, request, request.asker)
    asked = await context.questions.get(request.team, request.question)
    description = context.slack.messages.text(
        "backlog/ticket",
        locale,
        what="" if title == request.what else request.what,
        plan=plan,
        kinds=KINDS,
        answer=asked.answer,
    )
    return NewTicket(
        request.project,
        title,
        description,
        meaning=f"{request.id}:{request.rounds}" if request.rounds else request.id,
        fields=await fields_of(context, request.team, plan),
        kind=plan.kind,
        labels=("replaybook",),
        facts=await _facts(context, request, locale),
        links=await ticket_links(context, request, by, locale),
        clip=await clip_file(context, request, by),
        custom=custom,
    )


async def parent_of(context: RequestContext, request: Request) -> str:
    """Key of the ticket that owners.yaml puts new ones under; empty where there is none, or none that is there.

    A parent that is gone keeps nobody from a ticket. Raises Upstream.
    """
    feature, tracker = await context.owners.named(request.feature), context.trackers.of(request.tracker, request.team)
    if not (feature and feature.parent) or Ability.PARENT not in tracker.abilities:
        return ""
    key = tracker.parse_key(feature.parent) or ""
    if key and isinstance((await tracker.read([key]))[key], Ticket):
        return key
    log.warning("the parent that owners.yaml names for a feature is not in its tracker")
    return ""


async def _facts(context: RequestContext, request: Request, locale: Locale) -> tuple[TicketFact, ...]:
    """What the notebook knows of the impact. None where there is no notebook, or it is away."""
    try:
        notebook = await context.postmortems.notebooks.get(request.notebook) if request.notebook else None
    except (Missing, Upstream):
        notebook = None
    if notebook is None:
        return ()
    times = (TicketFact(locale.text(NAMES[t.kind]), locale.moment(t.at)) for t in notebook.key_times.known if t.at)
    return (*impact_facts(notebook, locale), *times)


def impact_facts(notebook: Notebook, locale: Locale) -> tuple[TicketFact, ...]:
    cell = notebook.managed(Impact.marker)
    impact = cell.data if cell else None
    if not isinstance(impact, Impact):
        return ()
    people = locale.plural("%(n)s person", "%(n)s people", impact.people.hit)
    if impact.people.share is not None:
        people = f"{people} ({locale.percent(impact.people.share)})"
    return (
        TicketFact(locale.text("People affected"), people),
        TicketFact(locale.text("Sessions affected"), locale.number(impact.sessions)),
    )
