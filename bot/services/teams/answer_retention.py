"""Retention of a workspace's answers: those that are older than it keeps them are deleted with pages and clips.

What somebody still waits for stays: the question of an open request, and an answer that is kept live.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import msgspec
import structlog
from redis.asyncio import Redis

from bot.backlog.request import Request, RequestState
from bot.files.file_store import FileStore
from bot.kernel.clock import Clock, system_clock
from bot.kernel.errors import Conflict, Upstream
from bot.services.clips.clip_records import RecentClip
from bot.services.postmortems.unused_files import MENTIONED, delete_unused
from bot.services.questions.question_records import AskedInChannel
from bot.services.teams.team_parts import TeamParts
from bot.signals.asked_question import AskedQuestion
from bot.state import keys
from bot.state.locks import on_duty
from bot.state.records import Records, RecordStore, kind_of

DAY_S = 86_400.0
LISTS: dict[str, type[tuple[RecentClip, ...]] | type[tuple[AskedInChannel, ...]]] = {
    "recent-clips": tuple[RecentClip, ...],
    "channel-asked": tuple[AskedInChannel, ...],
}
"""Records in which several questions are named."""
SETTLED = frozenset({RequestState.NOT_DOING, RequestState.EXPIRED, RequestState.CLOSED, RequestState.IMPROVED})
"""After these nobody waits for numbers of the question any more."""
log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(__name__)


@dataclass(slots=True)
class OldAnswers:
    """Of one workspace: ids of questions that are deleted, and the files that went with them."""

    questions: set[str] = field(default_factory=set)
    files: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class AnswerRetention:
    records: RecordStore
    pictures: FileStore
    teams: TeamParts
    clock: Clock

    async def tidy(self) -> int:
        """Deletes what is too old in every workspace; returns how many answers that were. Raises Upstream."""
        names: dict[str, list[str]] = {}
        async for name in self.records.names():
            if not name.startswith(f"{keys.ALL}:"):
                names.setdefault(keys.unescaped(name.partition(":")[0]), []).append(name)
        deleted = 0
        for team, own in names.items():
            days = int((await self.teams.settings(team))["retention_days"].value or 0)
            if days:
                deleted += await self._tidy_team(team, own, self.clock() - timedelta(days=days))
        return deleted

    async def _tidy_team(self, team: str, names: list[str], edge: datetime) -> int:
        asked_at = await self._asked_at([name for name in names if kind_of(name) == "channel-asked"])
        waited_for = await self._waited_for([name for name in names if kind_of(name) == "request"])
        old = OldAnswers()
        for name in (name for name in names if kind_of(name) == "asked"):
            with suppress(msgspec.MsgspecError, Conflict):  # unreadable, or changed just now: not this time
                await self._end(team, name, old, lambda asked: _last(asked, asked_at) < edge, waited_for)
        if old.questions:
            for name in (name for name in names if kind_of(name) in {"thread", "channel-thread", *LISTS}):
                with suppress(msgspec.MsgspecError, Conflict):
                    await self._without(name, old.questions)
            with suppress(Conflict):  # the files may be another installation's
                await delete_unused(self.pictures, self.records, system_clock() - timedelta(days=1), old.files)
        return len(old.questions)

    async def _asked_at(self, names: list[str]) -> dict[str, datetime]:
        records, times = Records(self.records, tuple[AskedInChannel, ...]), dict[str, datetime]()
        for name in names:
            with suppress(msgspec.MsgspecError):
                if record := await records.get(name):
                    times |= {each.id: each.at for each in record[0]}
        return times

    async def _waited_for(self, names: list[str]) -> set[str]:
        """Questions of requests that aren't settled. One that can't be read settles nothing."""
        questions: set[str] = set()
        for name in names:
            if (record := await self.records.read(name)) is None:
                continue
            try:
                request = msgspec.json.decode(record[0], type=Request)
            except msgspec.MsgspecError:
                questions |= {text.decode() for text in re.findall(rb'"question":"([^"]*)"', record[0])}
                continue
            if request.state not in SETTLED:
                questions.add(request.question)
        return questions

    async def _end(
        self, team: str, name: str, old: OldAnswers, is_old: Callable[[AskedQuestion], bool], kept: set[str]
    ) -> None:
        """The question last: until then a next round finds what is left of it."""
        record = await Records(self.records, AskedQuestion).get(name)
        if record is None:
            return
        asked, version = record
        if asked.id in kept or (asked.live and not asked.live.ending) or not is_old(asked):
            return
        clips = await Records(self.records, tuple[str, ...]).get(keys.record(team, "clips", asked.id))
        of_it = [keys.record(team, "shown", id) for id in (clips[0] if clips else ())]
        of_it += [keys.record(team, "clips", asked.id), keys.record(team, "moments", asked.id)]
        of_it += [keys.page(asked.page)] if asked.page else []
        for key in of_it:
            if (stored := await self.records.read(key)) is not None:
                old.files |= {name.decode() for name in MENTIONED.findall(stored[0])}
                await self.records.delete(key, stored[1])
        if await self.records.delete(name, version):
            old.questions.add(asked.id)

    async def _without(self, name: str, ids: set[str]) -> None:
        """Takes the questions out of a record that names them; one that names nothing else goes."""
        kind = kind_of(name)
        if kind in LISTS:
            several: Records[Any] = Records(self.records, LISTS[kind])
            if record := await several.get(name):
                left = tuple(each for each in record[0] if _question(each) not in ids)
                if len(left) < len(record[0]):
                    await several.put(name, left, record[1])
            return
        if (stored := await self.records.read(name)) is not None:
            named = msgspec.json.decode(stored[0], type=str | tuple[str, str])
            if (named if isinstance(named, str) else named[1]) in ids:
                await self.records.delete(name, stored[1])


def _question(each: RecentClip | AskedInChannel) -> str:
    return each.asked if isinstance(each, RecentClip) else each.id


def _last(asked: AskedQuestion, asked_at: dict[str, datetime]) -> datetime:
    """Returns when it was asked or answered last; of one of which neither is known, the end of its period."""
    times = [asked_at.get(asked.id), asked.answer.asked_at if asked.answer else None]
    known = [each for each in times if each]
    return max(known) if known else asked.question.period.end


async def keeping_retention(redis: Redis, retention: AnswerRetention) -> None:
    """Tidies at once and then every day, in one process at a time, for as long as it isn't cancelled."""
    await on_duty(redis, "answer retention", partial(_daily, retention))


async def _daily(retention: AnswerRetention) -> None:
    while True:
        try:
            if count := await retention.tidy():
                log.info("old answers deleted", answers=count)
        except Upstream as error:
            log.warning("old answers could not be deleted", reason=error.sentence)
        await asyncio.sleep(DAY_S)
