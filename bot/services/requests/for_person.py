"""What waits for one person: requests to answer and follow-ups to see to, for the home tab."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from bot.backlog import digest as weekly
from bot.backlog.digest import FollowUpWords
from bot.backlog.request import Party, Request
from bot.kernel.messages import MessageLocale
from bot.services.requests import notify
from bot.services.requests.context import RequestContext
from bot.slack.buttons import Pressed
from bot.slack.person import Person

MOST = 15


@dataclass(frozen=True, slots=True)
class WaitingRequest:
    """A request, where it was asked, and what its buttons carry. `words` are those of an open follow-up."""

    request: Request
    url: str
    value: str
    words: FollowUpWords | None = None
    overdue: bool = False


@dataclass(frozen=True, slots=True)
class ForPerson:
    waiting: tuple[WaitingRequest, ...]
    follow_ups: tuple[WaitingRequest, ...]
    more: int
    """Of both, those that had no room."""


async def for_person(context: RequestContext, team: str, person: Person) -> ForPerson:
    """Oldest requests first, and follow-ups by their date. A group's are those of each of its members."""
    requests = await context.records.open(team)
    waiting = [each for each in requests if not each.answered and await _is(context, team, each.asks, person)]
    promised = [each for each in requests if weekly.is_open(each)]
    follow_ups = weekly.ordered([each for each in promised if await _is(context, team, each.responsible, person)])
    return ForPerson(
        tuple(await asyncio.gather(*(_waiting_request(context, each, person) for each in waiting[:MOST]))),
        tuple(await asyncio.gather(*(_waiting_request(context, each, person) for each in follow_ups[:MOST]))),
        max(len(waiting) - MOST, 0) + max(len(follow_ups) - MOST, 0),
    )


async def _is(context: RequestContext, team: str, party: Party, person: Person) -> bool:
    if party.id in {person.id, person.email}:
        return True
    group = party.id.startswith("S") and "@" not in party.id
    return group and person.id in await context.slack.people.group_members(team, party.id)


async def _waiting_request(context: RequestContext, request: Request, person: Person) -> WaitingRequest:
    """With what the channel's last weekly list counted: opening a tab waits for no source."""
    now = context.clock()
    today = now.astimezone(person.locale.zone).date()
    value = Pressed(request.id, version=request.version).value()
    url = await notify.link_to(context, request)
    if not weekly.is_open(request):
        return WaitingRequest(request, url, value)
    digest = await context.records.digest(request.team, request.channel)
    cost = next((row.cost for row in digest.rows if row.request == request.id), None) if digest else None
    words = weekly.in_words(request, cost, today, MessageLocale.for_readers(person.locale.as_of(now)))
    return WaitingRequest(request, url, value, words, weekly.overdue(request, today))
