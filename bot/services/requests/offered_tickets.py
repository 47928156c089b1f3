"""Tickets that are there already, for the modal: searched as somebody types, and pasted into the channel as links."""

from __future__ import annotations

import asyncio
import re
from contextlib import suppress
from dataclasses import dataclass

from bot.backlog.request import Request
from bot.backlog.ticket import Ticket
from bot.kernel.errors import Misunderstood, ReplaybookError, Unavailable
from bot.services.requests.context import RequestContext
from bot.slack.mrkdwn import unescaped

SEARCH_S = 2.0
"""Slack takes options for three seconds, and shows nothing after that."""
LINKS_S = 1.0
SHOWN = 10
_URL = re.compile(r"https?://[^\s<>|]{1,500}")


@dataclass(frozen=True, slots=True)
class OfferedTicket:
    key: str
    title: str


async def searched(context: RequestContext, team: str, request: str, typed: str) -> list[OfferedTicket]:
    """Raises Unavailable where the tracker takes too long, and what it raises."""
    asked = await context.records.get(team, request)
    try:
        async with asyncio.timeout(SEARCH_S):
            tickets = await context.trackers.of(asked.tracker, team).find(typed, SHOWN)
    except TimeoutError:
        raise Unavailable("The tracker takes too long; please paste the key or the address below.") from None
    if not tickets:
        raise Misunderstood("The tracker found no ticket by these words; a key or an address can be pasted below.")
    return [OfferedTicket(ticket.key, ticket.title) for ticket in tickets]


async def note_links(context: RequestContext, team: str, channel: str, text: str) -> None:
    """Keeps which tickets a message of the channel links to, and nothing else of it."""
    tickets = [context.trackers.by_url(unescaped(url)) for url in _URL.findall(text)[:SHOWN]]
    if named := tuple(dict.fromkeys(each for each in tickets if each)):
        await context.records.note_links(team, channel, named)


async def linked(context: RequestContext, request: Request) -> list[OfferedTicket]:
    """Tickets of the request's tracker that were linked in its channel, newest first; perhaps without titles."""
    tracker = context.trackers.of(request.tracker, request.team)
    links = await context.records.links(request.team, request.channel)
    keys = [key for name, key in reversed(links) if name == tracker.name]
    if not keys:
        return []
    with suppress(TimeoutError, ReplaybookError):
        async with asyncio.timeout(LINKS_S):
            read = await tracker.read(keys)
            return [OfferedTicket(each.key, each.title) for each in read.values() if isinstance(each, Ticket)]
    return [OfferedTicket(key, "") for key in keys]
