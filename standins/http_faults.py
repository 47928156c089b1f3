"""Faults of HTTP that a test brings about, once or several times, in the stand-in of any service."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import KW_ONLY, dataclass, field
from typing import Generic, TypeVar

from aiohttp import web


@dataclass(slots=True)
class HttpFault:
    """A fault of `times` requests in which the regular expression `where` is found, after the first `skip`.

    A request is "METHOD /path", or as its stand-in says. In this order: `meanwhile` is called (somebody edits in
    between), `delay_s` passes, with `after` the request is really done, and then the connection is cut (`drop`) or
    `status` is answered, with `message` and `headers`. Without these two the request is done as usual.
    """

    where: str
    times: int = 1
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    _: KW_ONLY
    message: str = "Made to fail"
    skip: int = 0
    delay_s: float = 0.0
    drop: bool = False
    after: bool = False
    meanwhile: Callable[[], None] | None = None


FaultT = TypeVar("FaultT", bound=HttpFault)


@dataclass(slots=True)
class HttpFaults(Generic[FaultT]):
    waiting: list[FaultT] = field(default_factory=list)

    def add(self, fault: FaultT) -> FaultT:
        self.waiting.append(fault)
        return fault

    def next(self, request: str) -> FaultT | None:
        """Returns the first fault that matches and isn't used up, and uses it once."""
        for fault in self.waiting:
            if fault.times > 0 and re.search(fault.where, request):
                if fault.skip > 0:
                    fault.skip -= 1
                    continue
                fault.times -= 1
                return fault
        return None


async def with_fault(
    request: web.Request,
    fault: FaultT | None,
    answer: Callable[[], Awaitable[web.StreamResponse]],
    refusal: Callable[[FaultT], web.StreamResponse],
) -> web.StreamResponse:
    """Returns what the request is answered, be it done or not; `refusal` words a status as the service does."""
    if fault is None:
        return await answer()
    if fault.meanwhile:
        fault.meanwhile()
    if fault.delay_s:
        await asyncio.sleep(fault.delay_s)
    as_usual = not (fault.drop or fault.status)
    if fault.after or as_usual:
        await request.read()
        response = await answer()
        if as_usual:
            return response
    if fault.drop:
        if request.transport is not None:
            request.transport.abort()
        raise web.HTTPServiceUnavailable  # it reaches nobody
    return refusal(fault)
