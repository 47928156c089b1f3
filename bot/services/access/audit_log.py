"""The audit log: who did what, where and when. Entries are added and never changed; retention takes them away.

An entry holds ids and no words of anybody. Its id follows from what was done, so that a repeated delivery adds nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import msgspec
import structlog
from redis.asyncio import Redis

from bot.kernel.clock import Clock
from bot.kernel.errors import Conflict, Upstream
from bot.kernel.ids import meaning
from bot.state import keys
from bot.state.locks import on_duty
from bot.state.records import Records, RecordStore

DAY_S = 24 * 3600.0
BEGINNING_OF_TIME = timedelta(days=40_000)
log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(__name__)


class AuditEntry(msgspec.Struct, frozen=True, omit_defaults=True):
    """`target` is the id of what it was done to, `kind` what that is; `reason` says why it was refused.

    `id` and `at` are given by the log.
    """

    action: str
    team: str
    id: str = ""
    at: datetime = datetime.min.replace(tzinfo=UTC)
    channel: str = ""
    user: str = ""
    kind: str = ""
    target: str = ""
    outcome: str = "success"
    reason: str = ""

    def as_json(self) -> dict[str, object]:
        """In the field names of the Elastic Common Schema, as docs/audit.md lists them."""
        event = {"id": self.id, "kind": "event", "action": self.action, "outcome": self.outcome}
        return {
            "@timestamp": self.at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "event": event | ({"reason": self.reason} if self.reason else {}),
            "user": {"id": self.user},
            "organization": {"id": self.team},
            "slack": {"channel": {"id": self.channel}},
            "target": {"type": self.kind, "id": self.target},
        }


def by_operator(action: str, kind: str, target: str, team: str = keys.ALL, channel: str = "") -> AuditEntry:
    """The entry of what whoever runs the bot does at the command line."""
    return AuditEntry(action=action, team=team, channel=channel, user="command line", kind=kind, target=target)


class AuditLog:
    def __init__(self, store: RecordStore, clock: Clock) -> None:
        self._store = store
        self._records = Records(store, AuditEntry)
        self._clock = clock

    def now(self) -> datetime:
        return self._clock()

    async def note(self, entry: AuditEntry, once: str = "") -> None:
        """Notes what is being done; `once` tells two deeds of one kind on one target apart. Raises Upstream.

        First its place by time, so that retention finds an entry whatever happens in between.
        """
        what = (entry.action, entry.team, entry.channel, entry.user, entry.target, once, entry.outcome)
        id, now = meaning("audit", *what), self._clock()
        await self._store.schedule(keys.AUDIT, entry.team, id, now, anew=False)
        with suppress(Conflict):
            await self._records.put(_key(entry.team, id), msgspec.structs.replace(entry, id=id, at=now))

    async def entries(self, since: datetime, until: datetime, person: str = "") -> AsyncIterator[AuditEntry]:
        """Yields what was done in [since, until), the oldest first, of one person or of all."""
        for team, id in await self._store.scheduled_between(keys.AUDIT, since, until):
            record = await self._records.get(_key(team, id))
            if record and person in {"", record[0].user}:
                yield record[0]

    async def delete_before(self, before: datetime) -> int:
        """Ends entries that are older; returns how many that were."""
        old = await self._store.scheduled_between(keys.AUDIT, before - BEGINNING_OF_TIME, before)
        for team, id in old:
            await self._delete(team, id)
        return len(old)

    async def _delete(self, team: str, id: str) -> None:
        """The entry first: one that is left without a place would stay for ever."""
        with suppress(Conflict):
            if version := await self._records.version(_key(team, id)):
                await self._records.delete(_key(team, id), version)
        await self._store.unschedule(keys.AUDIT, team, id)


def _key(team: str, id: str) -> str:
    return keys.record(team, "audit", id)


async def tidying_audit(redis: Redis, store: RecordStore, clock: Clock, keep: timedelta) -> None:
    """Retention of the audit log, once a day, in one process at a time, for as long as it isn't cancelled."""
    audit = AuditLog(store, clock)

    async def tidy() -> None:
        while True:
            try:
                await audit.delete_before(clock() - keep)
            except Upstream as error:
                log.warning("old entries of the audit log can't be deleted now", why=error.sentence)
            await asyncio.sleep(DAY_S)

    await on_duty(redis, "audit retention", tidy)
