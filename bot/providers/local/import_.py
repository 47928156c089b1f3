"""`replaybook import PATH…`: recordings and RUM events from disk, stored as the intake stores its deliveries.

A file is RUM events (lines of JSON), a delivery of our recorder, or a recording in any format that is read. A folder
with `segments/` is what the Datadog SDK sent in one session, with its RUM events beside it in `*.ndjson`; of any other
folder every file is taken. Importing the same twice changes nothing.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from bot.kernel.errors import Missing, ReplaybookError, Unfilmable
from bot.providers.local import recording_pieces, sdk_events
from bot.providers.local.batch import Surroundings
from bot.providers.local.event_store_port import EventStorePort
from bot.providers.local.recording_pieces import DescribedPiece
from bot.providers.local.sql import Values
from bot.replay.formats import file_kinds
from bot.replay.formats.unpack import unpack
from bot.replay.read_recording import read
from bot.replay.recording import Event, EventKind, Recording

Progress = Callable[[int, int, str], None]
"""Is called with how many files are done, how many there are, and the name of the next one."""
_TEXTS = {".json", ".jsonl", ".ndjson", ".gz", ".zlib", ".deflate"}
_NOWHERE = Surroundings()


@dataclass(slots=True)
class Imported:
    """`refused` are files with the sentence that says why."""

    files: int = 0
    events: int = 0
    sessions: set[str] = field(default_factory=set)
    refused: list[tuple[Path, str]] = field(default_factory=list)

    def __str__(self) -> str:
        counts = f"Files: {self.files:,}, events: {self.events:,}, sessions: {len(self.sessions):,}."
        return "\n".join([counts, *(f"Left out {path}: {why}" for path, why in self.refused)])


async def import_paths(store: EventStorePort, paths: Iterable[Path], progress: Progress | None = None) -> Imported:
    """Imports files and folders. Those that can't be read are in the result. Raises Missing where nothing is."""
    files = [file for path in paths for file in _some_files(path)]
    done = Imported()
    for number, file in enumerate(files):
        if progress:
            progress(number, len(files), file.name)
        try:
            await _import(store, file, done)
            done.files += 1
        except ReplaybookError as error:
            done.refused.append((file, error.sentence))
        except OSError as error:
            done.refused.append((file, f"It can't be read: {error.strerror}."))
    await _search_silent(store, done.sessions)
    await store.settle()
    return done


def _some_files(path: Path) -> list[Path]:
    if files := list(_files(path)):
        return files
    raise Missing("There is no recording in the folder %(path)s.", path=path)


def _files(path: Path) -> Iterator[Path]:
    if not path.exists():
        raise Missing("There is nothing at %(path)s.", path=path)
    if path.is_file():
        yield path
    elif (path / "segments").is_dir():
        segments = sorted((path / "segments").iterdir())
        packed = [file for file in segments if file.suffix == ".deflate"]
        yield from packed or (file for file in segments if file.suffix == ".json" and ".event" not in file.suffixes)
        yield from sorted(path.glob("*.ndjson"))
    else:
        for inside in sorted(path.iterdir()):
            if inside.is_dir() or inside.suffix in _TEXTS:
                yield from _files(inside)


async def _import(store: EventStorePort, file: Path, done: Imported) -> None:
    data = await asyncio.to_thread(file.read_bytes)
    file_kinds.refuse_file(data[: file_kinds.HEAD])
    text = await asyncio.to_thread(unpack, data)
    events, broken = await asyncio.to_thread(sdk_events.decode, text) if _looks_like_rum(text) else ([], 0)
    if events:
        batch, skipped = await asyncio.to_thread(store.rows.rum, events, _NOWHERE)
        await store.write(batch)
        done.events += batch.size
        done.sessions |= batch.sessions.keys()
        if broken + skipped:
            done.refused.append(
                (file, f"Lines that are no RUM events, or of an impossible time: {broken + skipped:,}.")
            )
        return
    piece, described = await asyncio.to_thread(_recording, store, text, data)
    await store.keep([piece], described)
    done.events += piece.events
    done.sessions.add(piece.session_id)


class _Either(msgspec.Struct):
    """As much of a JSON object as shows what it is."""

    type: str | int | None = None
    records: msgspec.Raw = msgspec.Raw()
    events: msgspec.Raw = msgspec.Raw()
    session: msgspec.Raw = msgspec.Raw()


_HEADS = msgspec.json.Decoder(_Either)
"""Made at the import, because threads use it; see `bot.kernel.lenient`."""


def _head(text: bytes) -> _Either:
    try:
        return _HEADS.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _Either()


def _looks_like_rum(text: bytes) -> bool:
    return isinstance(_head(text.lstrip().split(b"\n", 1)[0]).type, str)


def _recording(store: EventStorePort, text: bytes, data: bytes) -> DescribedPiece:
    """Returns one piece: a Datadog segment, a delivery, or a complete recording, named by the hash of its text."""
    head = _head(text)
    if head.records and head.session:
        return recording_pieces.segment(text, data, _NOWHERE, store.rows)
    if head.events and head.session:
        return recording_pieces.rrweb(text, data, _NOWHERE, store.rows)
    heads = [recording_pieces.EventHead(event.at, event.type) for event in _recorded(read([data]))]
    if not any(head.type == EventKind.FULL for head in heads):
        raise Unfilmable("This recording has no full snapshot to begin from.")
    sent = recording_pieces.RecorderDelivery(
        session=f"import-{hashlib.sha256(text).hexdigest()[:24]}", events=heads, application="import"
    )
    return recording_pieces.describe(sent, data, recording_pieces.around_of(sent), store.rows)


def _recorded(recording: Recording) -> Iterator[Event]:
    """Yields the events of all windows without those that only mark their common beginning."""
    for window in (recording, *recording.others):
        for event in window.events:
            if not (event.type == EventKind.LOAD and isinstance(event.raw, dict)):
                yield event


async def _search_silent(store: EventStorePort, sessions: Iterable[str]) -> None:
    """Datadog segments that came without RUM events are searched like everyone else's recordings."""
    values = Values(store.dialect)
    names = {table: store.dialect.newest(table) for table in ("segments", "views", "actions")}
    names["ours"] = f"session_id IN {values.add(list(sessions))}"
    silent = await store.query(_SILENT.format(**names), values.by_name)
    for (session_id,) in silent:
        store.deriver.soon(session_id)


_SILENT = """
SELECT DISTINCT session_id FROM {segments} WHERE format = 'datadog' AND {ours} AND session_id NOT IN (
  SELECT session_id FROM {views} WHERE {ours} UNION ALL SELECT session_id FROM {actions} WHERE NOT derived AND {ours})
"""
