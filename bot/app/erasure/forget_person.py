"""Forgets a person: recordings, clips, records, caches, and last their events, so that what broke off can be completed.

What is to be done is written down first. Each step finds nothing left when it is done again.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

import msgspec
from redis.asyncio import Redis

from bot.app.erasure.managed_cells import written_anew
from bot.app.erasure.person_traces import PersonTraces, is_mentioned
from bot.files.file_store import FileStore
from bot.kernel.clock import Clock
from bot.kernel.errors import Conflict, Missing
from bot.kernel.ids import meaning
from bot.notebook.notebook_text import NotebookText
from bot.providers.local.event_store_port import EventStorePort
from bot.state import keys
from bot.state.records import ABSENT, Records, RecordStore, kind_of
from bot.web import refused_people

REFUSED_FOR = timedelta(days=1)
TRIES = 20
LEFT = frozenset({"installation", "install-state", "signed-out", "restore", "files-mark"})
"""Kinds of records without anybody's words: who installed the app, and when somebody signed out."""
CACHES = ("profile", "sees", "group-members", "page-place")


class ErasurePlan(msgspec.Struct, frozen=True):
    """An erasure that began: what was found of the person, which its own steps take away."""

    names: tuple[str, ...]
    sessions: tuple[str, ...]
    clips: tuple[str, ...]
    files: tuple[str, ...]


@dataclass(slots=True)
class ErasureReport:
    """What was removed, or would be."""

    sessions: int = 0
    recordings: int = 0
    events: int = 0
    clips: int = 0
    files: int = 0
    records: int = 0
    caches: int = 0
    names: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ErasureContext:
    """`store` is None where the embedded source has no events."""

    records: RecordStore
    redis: Redis
    pictures: FileStore
    store: EventStorePort | None
    clock: Clock


async def forget_person(
    context: ErasureContext, who: str, names: tuple[str, ...] = (), *, refuse: bool = False, dry_run: bool = False
) -> ErasureReport:
    """Repeatable. Raises Upstream where a part of it is away; then it is completed by doing it again."""
    plans, key = Records(context.records, ErasurePlan), keys.record(keys.ALL, "erasure", meaning(who))
    traces = PersonTraces(who, set(names))
    begun = await plans.get(key)
    if begun:
        traces.learned |= set(begun[0].names)
        traces.sessions, traces.clips = set(begun[0].sessions), set(begun[0].clips)
        traces.files = set(begun[0].files)
    await _find(context, traces)
    if refuse and not dry_run and context.store:
        await _refuse(context, traces)
        await asyncio.sleep(refused_people.KNOWN_S)
        await _find(context, traces)  # what had come in until then
        await _refuse(context, traces)  # and what else comes of these sessions, which needn't name the person
    called = traces.names | traces.learned
    report = ErasureReport(len(traces.sessions), clips=len(traces.clips), names=sorted(called))
    report.left = sorted(traces.learned - traces.in_texts)
    if not dry_run:
        kinds = (called, traces.sessions, traces.clips, traces.files)
        plan = ErasurePlan(*(tuple(sorted(each)) for each in kinds))
        await plans.put(key, plan, begun[1] if begun else ABSENT)
    await _count_recordings(context, traces, report)
    report.files = await _files(context, traces, dry_run=dry_run)
    report.records = await _records(context, traces, key, dry_run=dry_run)
    report.caches = await _caches(context, traces, dry_run=dry_run)
    if context.store and not dry_run:
        report.events = await context.store.erase(sorted(traces.sessions))
    if not dry_run and (done := await plans.version(key)):
        with suppress(Conflict):
            await plans.delete(key, done)
    return report


async def _find(context: ErasureContext, traces: PersonTraces) -> None:
    if context.store:
        for who in {traces.who, *traces.names}:
            traces.sessions |= set(await context.store.sessions_of(who))
    for _ in range(2):  # names first: what is found by them may be more
        async for data in context.records.every():
            if any(each.encode() in data for each in (traces.who, *traces.sessions)):
                traces.learn(msgspec.json.decode(data))


async def _refuse(context: ErasureContext, traces: PersonTraces) -> None:
    """What comes in for them within a day is not kept. By hashes with the store's own salt: no list of people."""
    if context.store is None:
        return
    until = (context.clock() + REFUSED_FOR).timestamp()
    hashes = {context.store.rows.person(each) for each in (traces.who, *traces.names, *traces.sessions)}
    await context.redis.zadd(keys.REFUSED_PEOPLE, dict.fromkeys(hashes, until))
    await context.redis.expire(keys.REFUSED_PEOPLE, REFUSED_FOR)


async def _count_recordings(context: ErasureContext, traces: PersonTraces, report: ErasureReport) -> None:
    if context.store:
        for session in traces.sessions:
            report.recordings += (await context.store.recordings.size(session))[0]


async def _files(context: ErasureContext, traces: PersonTraces, *, dry_run: bool) -> int:
    there = []
    for name in sorted(traces.files):
        with suppress(Missing):
            there.append((await context.pictures.stat(name)).key)
    if there and not dry_run:
        await context.pictures.delete(there)
    return len(there)


async def _records(context: ErasureContext, traces: PersonTraces, own: str, *, dry_run: bool) -> int:
    """Replaces names in every record, and deletes those that are the person's alone. Returns how many."""
    changed, text = 0, NotebookText.load()
    for key in [name async for name in context.records.names()]:
        if key == own or kind_of(key) in LEFT:
            continue
        alone = is_mentioned(key, {"shown": traces.clips, "home": {traces.who}}.get(kind_of(key), ()))
        changed += await _record(context.records, key, traces, text, dry_run=dry_run, alone=alone)
    return changed


async def _record(
    records: RecordStore, key: str, traces: PersonTraces, text: NotebookText, *, dry_run: bool, alone: bool
) -> bool:
    """Raises Conflict where it changes all the time."""
    for _ in range(TRIES):
        record = await records.read(key)
        if record is None:
            return False
        data, version = record
        if alone:
            if dry_run or await records.delete(key, version):
                return True
            continue
        value = msgspec.json.decode(data)
        after = traces.without(value)
        if after == value:
            return False
        after = written_anew(value, after, text) if kind_of(key) == "notebook" else after
        if dry_run or await records.write(key, msgspec.json.encode(after), version):
            return True
    raise Conflict("Too many people are changing this at once; try again in a moment.")


async def _caches(context: ErasureContext, traces: PersonTraces, *, dry_run: bool) -> int:
    """Profiles and what else Redis has under the person's id."""
    count = 0
    for kind in CACHES:
        async for key in context.redis.scan_iter(f"*:{kind}:*", count=1000):
            if is_mentioned(key.decode(), {traces.who}):
                count += 1
                if not dry_run:
                    await context.redis.delete(key)
    return count
