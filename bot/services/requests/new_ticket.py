"""What a ticket made from the thread says: the problem with its numbers, the follow-up, and where to read on."""

from __future__ import annotations

from bot.backlog.follow_up_plan import KINDS
from bot.backlog.request import FollowUpPlan, Request
from bot.backlog.ticket import NewTicket, TicketLink
from bot.kernel.locale import Locale
from bot.services.requests import notify
from bot.services.requests.context import RequestContext
from bot.services.requests.follow_ups import fields_of


async def new_ticket(context: RequestContext, request: Request, plan: FollowUpPlan, title: str) -> NewTicket:
    """The same for the same request and round, so that its meaning is."""
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
        links=await _links(context, request, locale),
    )


async def _links(context: RequestContext, request: Request, locale: Locale) -> tuple[TicketLink, ...]:
    links = (
        TicketLink(locale.text("Post-mortem"), await notify.notebook_url(context, request)),
        TicketLink(locale.text("In Slack"), await notify.thread_url(context, request)),
    )
    return tuple(link for link in links if link.url)
