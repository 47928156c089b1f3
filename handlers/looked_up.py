"""One of Bolt's listeners for many behaviours, which finds the one that is meant by its name."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from inspect import signature
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck

from handlers.payloads import Payload

Listener = Callable[..., Awaitable[None]]
Constraints = Mapping[str, Any]
"""Of an event, as Bolt has them: its type, and where `subtype` stands beside it that one, or none."""


def any_of(names: Iterable[str]) -> re.Pattern[str]:
    """Matches each of these names, and nothing that only begins with one."""
    return re.compile(rf"\A(?:{'|'.join(map(re.escape, names))})\Z")


def by_name(listeners: Mapping[str, Listener], name: Callable[[Payload], str]) -> Listener:
    """Bolt has matched the name already."""
    wanted = {each: tuple(signature(listener).parameters) for each, listener in listeners.items()}

    async def listener(ack: AsyncAck, body: Payload, context: Payload) -> None:
        given, wanted_name = {"ack": ack, "body": body, "context": context}, name(body)
        await listeners[wanted_name](**{argument: given[argument] for argument in wanted[wanted_name]})

    return listener


def first_that_fits(listeners: Sequence[tuple[Constraints, Listener]]) -> Listener:
    """Of the listeners for events, in their order."""

    async def listener(event: Payload, context: Payload) -> None:
        for constraints, each in listeners:
            if fits(event, constraints):
                await each(event=event, context=context)
                return

    return listener


def fits(event: Payload, constraints: Constraints) -> bool:
    if event.get("type") != constraints["type"]:
        return False
    return "subtype" not in constraints or event.get("subtype") == constraints["subtype"]
