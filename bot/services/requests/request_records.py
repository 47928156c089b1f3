"""Requests to owners, which of them are open, and when the clock looks at each."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from bot.backlog.digest import Digest
from bot.backlog.request import Request
from bot.kernel.errors import Missing
from bot.state import keys
from bot.state.once import Once
from bot.state.record_indexes import DueIndex
from bot.state.records import Records, RecordStore

RETRY_S = 3600
LOCAL = "local"
"""The embedded tracker, whose tickets have pages of ours."""
MOST_LINKS = 10
DELIVERIES_S = 4 * 24 * 3600
MOST_OF_TICKET = 19
"""So many of the requests before are kept that were answered with the same ticket."""


Shown = tuple[str, Callable[[], Awaitable[object]]]
"""What stands for what is to be shown on a ticket, and what shows it."""


class RequestRecords:
    def __init__(self, records: RecordStore, once: Once) -> None:
        self._requests = Records(records, Request)
        self._once = once
        self._digests = Records(records, Digest)
        self._of_tickets = Records(records, tuple[str, str])
        self._custom = Records(records, dict[str, tuple[str, ...]])
        self._links = Records(records, tuple[tuple[str, str], ...])
        self._shown = Records(records, str)
        self._by_ticket = Records(records, tuple[tuple[str, str], ...])
        self.due = DueIndex(records, keys.REQUESTS_DUE)
        self.digests = DueIndex(records, keys.DIGESTS_DUE)

    async def get(self, team: str, id: str) -> Request:
        """Raises Missing."""
        record = await self.find(team, id)
        if record is None:
            raise Missing("That request is no longer kept.")
        return record

    async def find(self, team: str, id: str) -> Request | None:
        record = await self._requests.get(keys.record(team, "request", id))
        return record[0] if record else None

    async def add(self, request: Request) -> None:
        """Raises Conflict when it is there already."""
        await self._requests.put(keys.record(request.team, "request", request.id), request)

    async def change(self, request: Request, fn: Callable[[Request], Request]) -> Request:
        """Replaces the record of this request by `fn(record)`; see `Records.change`."""
        key = keys.record(request.team, "request", request.id)
        return await self._requests.change(key, lambda record: fn(record or request))

    async def keep(self, request: Request) -> None:
        """Begins the lifetime of the record anew: somebody still waits for something."""
        await self._requests.touch(keys.record(request.team, "request", request.id))

    async def open(self, team: str) -> list[Request]:
        """Returns the team's open requests, oldest first."""
        requests = [await self.find(team, id) for id in await self.due.open(team)]
        return sorted((request for request in requests if request), key=lambda request: request.asked_at)

    async def of_ticket(self, key: str) -> Request | None:
        """The request that was answered last with this ticket of the embedded tracker, whose tickets have no team."""
        record = await self._of_tickets.get(keys.record(keys.ALL, "ticket-request", key))
        return await self.find(*record[0]) if record else None

    async def of_tickets(self, tracker: str, key: str) -> tuple[tuple[str, str], ...]:
        """Team and id of the requests that were answered with a ticket of any tracker."""
        record = await self._by_ticket.get(_ticket_name(tracker, key))
        return record[0] if record else ()

    async def note_ticket(self, request: Request, tracker: str = LOCAL) -> None:
        """`tracker` is the name of the tracker that the ticket is in."""
        names = (request.team, request.id)
        await self._by_ticket.change(
            _ticket_name(tracker, request.ticket),
            lambda known: known if known and names in known else (*(known or ())[-MOST_OF_TICKET:], names),
        )
        if tracker == LOCAL:
            await self._note_page(request, names)

    async def _note_page(self, request: Request, names: tuple[str, str]) -> None:
        await self._of_tickets.change(keys.record(keys.ALL, "ticket-request", request.ticket), lambda _: names)
        # It stays with the channel that had it first, so that nobody reads a ticket by naming it elsewhere.
        place = (request.team, request.channel)
        await self._of_tickets.change(
            keys.record(keys.ALL, "ticket-channel", request.ticket), lambda known: known or place
        )

    async def channel_of_ticket(self, key: str) -> tuple[str, str] | None:
        """Team and channel of the request that was answered first with this ticket, also when it is no longer kept."""
        record = await self._of_tickets.get(keys.record(keys.ALL, "ticket-channel", key))
        if record is not None:
            return record[0]
        request = await self.of_ticket(key)  # from before channels of tickets were kept
        return (request.team, request.channel) if request else None

    async def digest(self, team: str, channel: str) -> Digest | None:
        """The last weekly list that the channel got."""
        record = await self._digests.get(keys.record(team, "digest", channel))
        return record[0] if record else None

    async def keep_digest(self, team: str, channel: str, digest: Digest) -> None:
        await self._digests.change(keys.record(team, "digest", channel), lambda _: digest)

    async def may_check(self, request: Request) -> bool:
        """Whether the clock may compare numbers now: a source that is away is asked again in an hour."""
        return await self._once.first(keys.once(request.team, "check", request.id, str(request.version)), ttl=RETRY_S)

    async def asks_first(self, request: Request, press: str) -> bool:
        """Whether of all presses this is the one that has the owner asked, this time; the same whenever it is asked."""

        async def effect() -> str:
            return press

        key = keys.once(request.team, "asking", request.id, str(request.rounds))
        return (await self._once.run(key, effect)).result == press

    async def show_once(self, request: Request, prepare: Callable[[], Awaitable[Shown]]) -> None:
        """Shows something on the ticket unless the same was shown there last.

        What is to be shown is prepared when it is this one's turn, so that what was shown last is the newest.
        """
        key = keys.record(request.team, "ticket-shown", request.id)
        async with self._once.alone(key):
            shown, show = await prepare()
            known = await self._shown.get(key)
            if known is None or known[0] != f"{request.ticket}:{shown}":
                await show()
                await self._shown.change(key, lambda _: f"{request.ticket}:{shown}")

    async def hear_once(
        self, provider: str, connection: str, delivery: str, effect: Callable[[], Awaitable[None]]
    ) -> None:
        """Runs the effect once for a delivery of a webhook; trackers deliver again for three days at most."""

        async def done() -> str:
            await effect()
            return "heard"

        await self._once.run(keys.once(keys.ALL, "hook", provider, connection, delivery), done, ttl=DELIVERIES_S)

    async def custom_values(self, request: Request) -> dict[str, tuple[str, ...]]:
        """Values of the fields that the tracker of a project requires, as they were answered before."""
        record = await self._custom.get(_fields_name(request))
        return record[0] if record else {}

    async def keep_custom_values(self, request: Request, values: dict[str, tuple[str, ...]]) -> None:
        await self._custom.change(_fields_name(request), lambda _: values)

    async def links(self, team: str, channel: str) -> tuple[tuple[str, str], ...]:
        """Tracker and key of the tickets that were linked in a channel, the newest last."""
        record = await self._links.get(keys.record(team, "channel-tickets", channel))
        return record[0] if record else ()

    async def note_links(self, team: str, channel: str, named: tuple[tuple[str, str], ...]) -> None:
        await self._links.change(
            keys.record(team, "channel-tickets", channel),
            lambda known: (*(each for each in known or () if each not in named), *named)[-MOST_LINKS:],
        )

    async def announce(self, request: Request, version: int) -> None:
        """Notes that everyone was told what led to this version."""
        await self._once.first(_announced(request, version))

    async def announced(self, request: Request, version: int) -> bool:
        return await self._once.done(_announced(request, version)) is not None


def _fields_name(request: Request) -> str:
    return keys.record(request.team, "ticket-fields", f"{request.tracker}/{request.project}")


def _ticket_name(tracker: str, key: str) -> str:
    return keys.record(keys.ALL, "ticket-requests", f"{tracker}/{key.casefold()}")


def _announced(request: Request, version: int) -> str:
    return keys.once(request.team, "told", request.id, str(version))
