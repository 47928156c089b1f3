"""Recordings are read blob by blob, in as few requests as a personal key may make."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.kernel.errors import Missing, Unfilmable
from bot.providers.posthog import posthog_recordings
from bot.providers.posthog.posthog_client import PostHogClient
from bot.providers.posthog.posthog_recordings import PostHogRecordings
from bot.providers.posthog.posthog_source import PostHogSource
from bot.replay.read_recording import read, read_path
from bot.replay.recording import EventKind, IncrementalSource
from bot.signals.question import Period, Question
from standins.http_faults import HttpFault
from standins.posthog.posthog_world import PostHogRate, PostHogWorld
from standins.posthog.snapshot_blobs import SnapshotBlob, StoredRecording, stored
from tests.providers.contract.events import NOW
from tests.providers.posthog.posthog_house import fill, record

RECORDED = Path(__file__).parents[2] / "recordings" / "datadog" / "sdk-7.16.2-shop-paired-rrweb"


@pytest.fixture
def recordings(client: PostHogClient) -> PostHogRecordings:
    return PostHogRecordings(client)


def blobs(number: int) -> StoredRecording:
    return StoredRecording("u-1", tuple(SnapshotBlob(at, at, f'["w",{at}]\n'.encode()) for at in range(number)))


def ranges(world: PostHogWorld) -> list[tuple[str, ...]]:
    """The keys that were asked for."""
    return [tuple(value for name, value in request.query if "key" in name) for request in world.requests]


@pytest.mark.parametrize(
    ("number", "asked"),
    [
        (1, [(), ("0", "0")]),
        (20, [(), ("0", "19")]),
        (45, [(), ("0", "19"), ("20", "39"), ("40", "44")]),
    ],
)
async def test_as_many_blobs_are_asked_for_at_once_as_may_be(
    recordings: PostHogRecordings, world: PostHogWorld, number: int, asked: list[tuple[str, ...]]
) -> None:
    world.recordings["s-1"] = blobs(number)
    pieces = await recordings.recording("s-1")
    assert b"".join(pieces) == b"".join(blob.data for blob in world.recordings["s-1"].blobs)
    assert ranges(world) == asked
    assert {request.status for request in world.requests} == {200}


async def test_keys_need_not_be_in_order_or_without_gaps(monkeypatch: pytest.MonkeyPatch) -> None:
    assert list(posthog_recordings._ranges([0, 1, 3, 4, 5, 9])) == [(0, 1), (3, 5), (9, 9)]
    assert list(posthog_recordings._ranges([])) == []
    assert list(posthog_recordings._ranges(range(41))) == [(0, 19), (20, 39), (40, 40)]


@pytest.mark.parametrize(
    ("sources", "sentence"),
    [
        ([], "no recording of this session"),
        ([{"source": "blob_v2_lts", "blob_key": "x/y"}], "recording of this session only in an archive"),
        ([{"source": "realtime", "blob_key": None}], "not stored a recording of this session yet"),
        ([{"source": "blob_v2", "blob_key": "../1"}], "no recording of this session"),
    ],
)
async def test_what_can_not_be_read_is_missing(
    recordings: PostHogRecordings, world: PostHogWorld, monkeypatch: pytest.MonkeyPatch, sources: Any, sentence: str
) -> None:
    world.recordings["s-1"] = blobs(1)
    monkeypatch.setattr(StoredRecording, "sources", lambda _: sources)
    with pytest.raises(Missing, match=sentence):
        await recordings.recording("s-1")


async def test_a_recording_that_expired_between_is_missing(recordings: PostHogRecordings, world: PostHogWorld) -> None:
    world.recordings["s-1"] = blobs(1)
    world.faults.add(HttpFault("GET .*snapshots", 1, 404, skip=1))
    with pytest.raises(Missing):
        await recordings.recording("s-1")


async def test_a_recording_past_the_limit_is_not_read_to_its_end(
    recordings: PostHogRecordings, world: PostHogWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posthog_recordings, "MAX_STORED_BYTES", 100)
    world.recordings["s-1"] = blobs(200)
    with pytest.raises(Unfilmable):
        await recordings.recording("s-1")
    assert len(world.requests) == 2


async def test_a_recording_of_endless_pieces_is_not_asked_for(
    recordings: PostHogRecordings, world: PostHogWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Empty ones never come to the limit of bytes, and each request is one of the few in an hour."""
    monkeypatch.setattr(posthog_recordings, "MOST_REQUESTS", 2)
    world.recordings["s-1"] = blobs(40)
    assert len(await recordings.recording("s-1")) == 2
    sources = [{"source": "blob_v2", "blob_key": str(key)} for key in range(0, 100, 2)]
    monkeypatch.setattr(StoredRecording, "sources", lambda _: sources)
    world.requests.clear()
    with pytest.raises(Unfilmable, match="more than 40 pieces"):
        await recordings.recording("s-1")
    assert len(world.requests) == 1


async def test_a_clip_of_a_usual_session_takes_two_of_the_few_requests_that_may_be_made(
    recordings: PostHogRecordings, world: PostHogWorld
) -> None:
    world.rates["snapshots"] = PostHogRate(limit=2, period_s=60.0)
    world.recordings["s-1"] = blobs(20)
    assert len(await recordings.recording("s-1")) == 1


async def test_what_is_compressed_is_read_as_it_was_recorded(
    recordings: PostHogRecordings, world: PostHogWorld
) -> None:
    events = [event.decode() for event in read(read_path(RECORDED)).events]
    await record(world, "s-1", events)
    pieces = await recordings.recording("s-1")
    assert b'"cv": "2024-10"' in pieces[0]
    given = read(pieces)
    marked = [event.decode() for event in given.events]
    assert [{name: part for name, part in event.items() if name != "cv"} for event in marked] == events
    kinds = {(event.type, event.source) for event in given.events}
    assert {(EventKind.FULL, -1), (EventKind.CHANGE, IncrementalSource.MUTATION)} <= kinds


async def test_a_moment_lies_where_the_recording_shows_the_click(source: PostHogSource, world: PostHogWorld) -> None:
    """To the second: the stand-in moves clicks that come too fast after one another."""
    await fill(world, [], RECORDED, NOW)
    period = Period(NOW - (NOW - NOW.replace(year=NOW.year - 1)), NOW)
    [moment] = await source.moments(Question(period), [])
    given = read(await source.recording(moment.session_id))
    presses = [
        event.at / 1000
        for event in given.events
        if event.source == IncrementalSource.MOUSE and event.data.get("type") in (0, 1, 2)
    ]
    assert min(abs(at - moment.at.timestamp()) for at in presses) < 1
    assert 0 <= moment.seconds_in <= (given.events[-1].at - given.events[0].at) / 1000


async def test_windows_of_a_session_are_told_apart(recordings: PostHogRecordings, world: PostHogWorld) -> None:
    events = [event.decode() for event in read(read_path(RECORDED)).events]
    one, other = stored("u-1", events, window="w-1"), stored("u-1", events, window="w-2")
    world.recordings["s-1"] = replace(one, blobs=(*one.blobs, *other.blobs))
    lines = b"".join(await recordings.recording("s-1")).splitlines()
    assert {line[:6] for line in lines} == {b'["w-1"', b'["w-2"'}
