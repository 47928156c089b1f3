"""Whether the intake takes a delivery: by its sender's key, the page's origin, the sender's rate and quota."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import structlog
from aiohttp import web
from redis.exceptions import RedisError

from bot.kernel.errors import Misunderstood
from bot.state.shared_quotas import SharedQuotas
from bot.web.intake_body import CORS, IntakeRejected
from bot.web.intake_senders import IntakeSender, digest_of, of_settings, read_senders

READ_AGAIN_S = 5.0
COUNTED_WITHIN_S = 1.0
"""A count isn't worth more waiting: while Redis is away, deliveries are taken without one."""
UNCOUNTED_S = 10.0
MEGABYTE = 1_000_000
HERE = IntakeSender("this machine")
SENDER = web.RequestKey("intake_sender", IntakeSender)
"""In a request: who sent it."""
log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(__name__)


class KnownSenders:
    """The senders of the settings and those of the file, which is read again when it changes, so that a key can be
    changed while the bot runs. One that can't be read any more leaves in force what was read before."""

    def __init__(self, keys: Sequence[str] = (), file: Path | None = None) -> None:
        self._of_settings = of_settings(keys)
        self._file = file
        self._of_file: tuple[IntakeSender, ...] = ()
        self._state: tuple[int, int] | None = None
        self._looked = 0.0

    @classmethod
    def opened(cls, keys: Sequence[str], file: Path | None) -> KnownSenders:
        """Blocking. Raises Misunderstood for a file that can't be read."""
        senders = cls(keys, file)
        if file:
            senders._state, senders._of_file = _state(file), read_senders(file)
        return senders

    def all(self) -> tuple[IntakeSender, ...]:
        if self._file and time.monotonic() - self._looked > READ_AGAIN_S:
            self._looked = time.monotonic()
            self._read_again(self._file)
        return (*self._of_settings, *self._of_file)

    def by_key(self, key: str) -> IntakeSender | None:
        digest = digest_of(key)
        known = [sender for sender in self.all() if sender.knows(digest)]
        return known[0] if known and key else None

    def _read_again(self, file: Path) -> None:
        state = _state(file)
        if state == self._state:
            return
        self._state = state
        try:
            self._of_file = read_senders(file)
        except Misunderstood as problem:
            log.warning("the senders of the intake stay as they were", why=problem.sentence)


def _state(file: Path) -> tuple[int, int] | None:
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


@dataclass(frozen=True, slots=True)
class Counted:
    """A delivery that was counted as so many bytes."""

    sender: IntakeSender
    size: int
    when: datetime


class IntakeAdmission:
    """Without any sender the intake takes data from this machine alone, and only where it is `local`: nothing but this
    machine is meant to reach it. A proxy makes everybody a neighbour, so that what it passes on isn't taken."""

    def __init__(
        self,
        senders: KnownSenders | None = None,
        quotas: SharedQuotas | None = None,
        *,
        local: bool = True,
    ) -> None:
        self._senders = senders or KnownSenders()
        self._quotas = quotas
        self._local = local
        self._uncounted_until = 0.0

    async def admit(self, request: web.Request, shown: str) -> Counted | None:
        """Notes who sends, and counts it. Raises IntakeRejected: 403 for no key that we know or a page that isn't the
        sender's, 429 for too much of it."""
        sender = self._sender(request, shown)
        request[SENDER] = sender
        if not sender.takes_from(request.headers.get("Origin")):
            raise IntakeRejected(403, "This key is for other pages; its origins are in the intake's file of senders.")
        if not self._quotas or (sender.per_minute is None and sender.mb_per_day is None):
            return None
        return await self._count(self._quotas, sender, request.content_length or 0)

    def _sender(self, request: web.Request, shown: str) -> IntakeSender:
        if not self._senders.all():
            if not self._local or not is_from_here(request):
                raise IntakeRejected(
                    403, "This intake takes data from this machine only; set REPLAYBOOK_INTAKE_KEYS to open it."
                )
            return HERE
        sender = self._senders.by_key(request.query.get("key", "") or shown)
        if sender is None:
            raise IntakeRejected(403, "This intake needs a key that it knows.")
        return sender

    async def _count(self, quotas: SharedQuotas, sender: IntakeSender, size: int) -> Counted | None:
        now, per_day = quotas.clock(), sender.mb_per_day
        if time.monotonic() < self._uncounted_until:
            return None
        try:
            async with asyncio.timeout(COUNTED_WITHIN_S):
                refusal = await quotas.take(
                    sender.name,
                    now,
                    per_minute=sender.per_minute,
                    size=size,
                    per_day=None if per_day is None else int(per_day * MEGABYTE),
                )
        except (RedisError, OSError, TimeoutError):
            self._uncounted_until = time.monotonic() + UNCOUNTED_S
            log.warning("deliveries are taken in without being counted: Redis doesn't answer")
            return None
        if refusal:
            what = "what it may send in a day" if refusal.quota else "the deliveries that it may send in a minute"
            raise IntakeRejected(429, f"This sender has used up {what}; send it again later.", refusal.seconds)
        return Counted(sender, size, now)

    async def correct(self, counted: Counted | None, size: int) -> None:
        """The body is here, or as much of it as came."""
        if counted is None or counted.sender.mb_per_day is None or self._quotas is None:
            return
        try:
            async with asyncio.timeout(COUNTED_WITHIN_S):
                await self._quotas.correct(counted.sender.name, counted.when, size - counted.size)
        except (RedisError, OSError, TimeoutError):
            self._uncounted_until = time.monotonic() + UNCOUNTED_S

    def preflight(self, request: web.Request) -> dict[str, str] | None:
        """What a browser that asks first is told; None for a page that may not send. The key may come later."""
        origin, sender = request.headers.get("Origin"), self._senders.by_key(key_in_address(request))
        asked = (sender,) if sender else self._senders.all()
        if not asked or not all(each.origins for each in asked):
            return CORS
        return _echoed(origin) if origin and any(each.takes_from(origin) for each in asked) else None


def _echoed(origin: str) -> dict[str, str]:
    return CORS | {"Access-Control-Allow-Origin": origin, "Vary": "Origin"}


def is_from_here(request: web.Request) -> bool:
    """A Unix socket has no remote address: whoever can open it is on this machine."""
    if "Forwarded" in request.headers or "X-Forwarded-For" in request.headers:
        return False
    try:
        return not request.remote or ip_address(request.remote).is_loopback
    except ValueError:
        return False


def key_in_address(request: web.Request) -> str:
    """The key as our parameter, or as the SDK's client token in the path that it wants forwarded."""
    token = parse_qs(urlsplit(request.query.get("ddforward", "")).query).get("dd-api-key", [""])[0]
    return request.query.get("key", "") or token


def cors_for(request: web.Request) -> dict[str, str]:
    """A page may read the answer; where a sender's origins are listed, only one of those."""
    sender, origin = request.get(SENDER), request.headers.get("Origin")
    if sender is None or not sender.origins:
        return CORS
    return _echoed(origin) if origin and sender.takes_from(origin) else {"Vary": "Origin"}
