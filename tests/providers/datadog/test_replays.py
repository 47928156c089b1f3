"""Recordings through the replay API, in every form that its answer may have."""

from __future__ import annotations

import base64
import json
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.files.folder_store import FolderStore
from bot.kernel.errors import Missing, Unauthorized, Unfilmable
from bot.providers.datadog.http.client import Body, Client
from bot.providers.datadog.replay import replay_segments
from bot.providers.datadog.replay.replay_segments import SegmentPage, pieces
from bot.providers.datadog.rum.datadog_source import DatadogSource
from bot.providers.local.segment_files import LocalRecordings, RecordingPiece
from bot.replay.read_recording import read, read_path
from bot.signals.question import Period, Question
from bot.signals.source import FirstOf
from standins.datadog.replay_api import FORMS
from standins.datadog.shape import recorded
from standins.datadog.world import World
from tests.providers.datadog.examples import NOW, put, view

RECORDINGS = Path(__file__).parents[2] / "recordings" / "datadog"
BOTH = ["sdk-6.33.0-shop-v1", "sdk-7.16.2-shop-paired-rrweb"]


def fill(world: World, name: str) -> tuple[str, datetime]:
    """Puts a recording into the world as Datadog would have it; the session and a time at which it is kept."""
    folder = RECORDINGS / name
    world.events.add(recorded((folder / "rum-events.ndjson").read_bytes()))
    for path in sorted((folder / "segments").glob("*.deflate")):
        stored = path.read_bytes()
        about = json.loads(zlib.decompress(stored))
        world.segments.setdefault((about["session"]["id"], about["view"]["id"]), []).append(stored)
        session = str(about["session"]["id"])
    newest = max(event["date"] for event in world.events)
    now = datetime.fromtimestamp(newest / 1000, UTC) + timedelta(minutes=1)
    world.clock = lambda: now
    return session, now


@pytest.mark.parametrize("name", BOTH)
@pytest.mark.parametrize("form", FORMS)
async def test_every_form_reads_to_the_same_recording(client: Client, world: World, name: str, form: str) -> None:
    session, now = fill(world, name)
    world.segment_format = form
    got = read(await DatadogSource(client, "x", lambda: now).recording(session))
    wanted = read(read_path(RECORDINGS / name))
    assert [(it.at, it.type, it.source) for it in got.events] == [(it.at, it.type, it.source) for it in wanted.events]
    assert [view.href for view in got.views] == [view.href for view in wanted.views]


async def test_a_recording_comes_in_pages_where_the_answer_says_so(
    client: Client, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, now = fill(world, BOTH[0])
    world.segment_format = "base64"
    monkeypatch.setattr("bot.providers.datadog.replay.replays.PAGE_BYTES", 1)
    found = await DatadogSource(client, "x", lambda: now).recording(session)
    stored = [piece for view in world.segments.values() for piece in view]
    assert found[:-1] == stored
    assert sum("/replay/" in it.path for it in world.requests) == len(stored)


async def test_views_come_in_the_order_they_began(client: Client, world: World) -> None:
    for number, name in enumerate(("v-9", "v-1", "v-5")):
        put(world, view(NOW - timedelta(hours=3 - number), name, session="s-1"))
        world.segments["s-1", name] = [zlib.compress(b'{"records":[]}' + name.encode())]
    found = await DatadogSource(client, "x", lambda: NOW).recording("s-1")
    assert [zlib.decompress(piece)[-3:] for piece in found[:-1]] == [b"v-9", b"v-1", b"v-5"]


def test_the_metadata_beside_a_segment_is_no_segment() -> None:
    about = b'--x\r\nContent-Disposition: form-data; name="event"\r\n\r\n{"kinds":[1]}\r\n'
    stored = b'--x\r\nContent-Disposition: form-data; name="segment"\r\n\r\n' + PACKED + b"\r\n--x--\r\n"
    assert pieces(Body("", about + stored)) == SegmentPage([PACKED])


async def test_moments_of_a_recorded_session_lead_to_its_recording(client: Client, world: World) -> None:
    session, now = fill(world, BOTH[1])
    source = DatadogSource(client, "x", lambda: now)
    found = await source.moments(Question(Period(now - timedelta(days=1), now)), [])
    assert found
    assert {moment.session_id for moment in found} == {session}
    recording = read(await source.recording(session))
    first, last = recording.events[0].at, recording.events[-1].at
    assert all(first <= moment.at.timestamp() * 1000 <= last for moment in found)


async def test_what_our_intake_stored_comes_first(client: Client, world: World, tmp_path: Path) -> None:
    session, now = fill(world, BOTH[0])
    ours, theirs = LocalRecordings(FolderStore(tmp_path)), DatadogSource(client, "x", lambda: now)
    await ours.write(RecordingPiece("ours", "v-1", 1, 0, 0, 1, True, "rrweb", b"stored"))
    recordings = FirstOf(ours, theirs)
    assert await recordings.recording("ours") == [b"stored"]
    assert client.calls == 0
    assert len(await recordings.recording(session)) > 1
    with pytest.raises(Missing):
        await recordings.recording("nobody's")


async def test_a_recording_past_the_limit_is_refused(
    client: Client, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, now = fill(world, BOTH[0])
    monkeypatch.setattr("bot.providers.datadog.replay.replays.MAX_STORED_BYTES", 1000)
    with pytest.raises(Unfilmable, match="too large"):
        await DatadogSource(client, "x", lambda: now).recording(session)


async def test_a_session_without_segments_is_missing(client: Client, world: World) -> None:
    put(world, view(NOW - timedelta(hours=1), "v-1", session="s-1"))
    source = DatadogSource(client, "x", lambda: NOW)
    with pytest.raises(Missing, match="no recording of this session"):
        await source.recording("s-1")
    with pytest.raises(Missing):
        await source.recording('no such" OR @type:*')


async def test_a_key_without_replays_says_what_it_needs(client: Client, world: World) -> None:
    session, now = fill(world, BOTH[0])
    world.permissions = {"rum_apps_read"}
    with pytest.raises(Unauthorized, match="“rum_apps_read” and “rum_session_replay_read”"):
        await DatadogSource(client, "x", lambda: now).recording(session)


def page_or_sentence(kind: str, data: bytes) -> bool:
    try:
        return all(isinstance(piece, bytes) for piece in pieces(Body(kind, data)).pieces)
    except Unfilmable as error:
        return error.sentence == replay_segments.UNREADABLE


PACKED = zlib.compress(b'{"records":[]}')


@pytest.mark.parametrize(
    ("data", "page"),
    [
        (b"", SegmentPage([])),
        (b" \n", SegmentPage([])),
        (b"{}", SegmentPage([])),
        (b'{"data":[],"meta":{"page":{"after":"x"}}}', SegmentPage([], "x")),
        (PACKED + PACKED, SegmentPage([PACKED + PACKED])),
        (base64.b64encode(PACKED), SegmentPage([PACKED])),
        (b'{"records":[],"start":1}', SegmentPage([b'{"records":[],"start":1}'])),
        (b'{"records":[]}\n{"records":[]}', SegmentPage([b'{"records":[]}\n{"records":[]}'])),
        (b'[{"records":[]},{"records":[]}]', SegmentPage([b'{"records":[]}', b'{"records":[]}'])),
        (
            json.dumps({"a": {"b": [{"c": base64.b64encode(PACKED).decode()}]}, "next": "t"}).encode(),
            SegmentPage([PACKED], "t"),
        ),
        (
            b'--x\r\nContent-Disposition: form-data; name="segment"\r\n\r\n' + PACKED + b"\r\n--x--\r\n",
            SegmentPage([PACKED]),
        ),
    ],
)
def test_forms(data: bytes, page: SegmentPage) -> None:
    assert pieces(Body("", data)) == page


@pytest.mark.parametrize(
    "data", [b"<html>Not for you</html>", b'{"data":[{"url":"https://elsewhere/segment"}]}', b"\x89PNG"]
)
def test_another_form_is_said_to_be_unknown(data: bytes) -> None:
    with pytest.raises(Unfilmable, match="a form that Replaybook doesn’t know"):
        pieces(Body("", data))


@given(
    st.binary()
    | st.binary().map(lambda it: b"--" + it)
    | st.binary().map(lambda it: b"[" + it)
    | st.text().map(str.encode)
)
def test_whatever_comes_is_a_page_or_a_sentence(data: bytes) -> None:
    assert page_or_sentence("multipart/mixed", data)


@given(st.recursive(st.none() | st.text() | st.integers(), lambda it: st.lists(it) | st.dictionaries(st.text(), it)))
def test_any_document_is_a_page_or_a_sentence(document: object) -> None:
    assert page_or_sentence("", json.dumps(document).encode())


def test_a_document_nested_without_end_is_no_crash() -> None:
    pieces(Body("", b"[" * 100_000))
    with pytest.raises(Unfilmable):
        pieces(Body("", b"[" * 500 + b"1" + b"]" * 500))


@pytest.mark.parametrize("name", [b"meta", b"data", b"page"])
def test_a_document_nested_in_one_of_its_names_is_no_crash(name: bytes) -> None:
    with pytest.raises(Unfilmable):
        pieces(Body("", b'{"%b":' % name * 900 + b"1" + b"}" * 900))


def test_parts_within_parts_end() -> None:
    body = b"x"
    for number in range(2000):
        body = b"--b%d\r\n\r\n%b\r\n--b%d--\r\n" % (number, body, number)
    with pytest.raises(Unfilmable):
        pieces(Body("", body))
