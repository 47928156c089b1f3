"""Whatever bytes come in, reading ends soon, and with a recording or one sentence."""

from __future__ import annotations

import json
import random
import zlib

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.kernel.errors import ReplaybookError, Unfilmable
from bot.kernel.locale import Locale
from bot.replay.detect.detector import detect
from bot.replay.formats import size_limits
from bot.replay.read_recording import read
from bot.replay.recording import Recording
from bot.replay.script.moment import window_for
from bot.replay.script.transcript import clip_text
from bot.replay.script.trim import playable
from tests.replay.sessions import SDK_6, SDK_7, START, Session, element, shop_events, text

SHOP = json.dumps(shop_events()[:40]).encode()
SEGMENTS = [zlib.decompress(path.read_bytes()) for path in (*SDK_6.glob("segments/*"), *SDK_7.glob("segments/*"))]
ENGLISH = Locale.of("en")


def all_of(pieces: list[bytes]) -> Recording | None:
    """Everything that is done with a recording; None when it is refused."""
    try:
        recording = read(pieces)
        playable(recording, 0, recording.duration_ms)
        for action in detect(recording):
            clip_text(recording, window_for(recording, action), ENGLISH)
    except ReplaybookError:
        return None
    return recording


@settings(max_examples=80, deadline=10_000)
@given(st.lists(st.binary(max_size=300), max_size=3))
def test_arbitrary_bytes(pieces: list[bytes]) -> None:
    all_of(pieces)


@settings(max_examples=60, deadline=10_000)
@given(st.data())
def test_damaged_recordings(data: st.DataObject) -> None:
    whole = bytearray(data.draw(st.sampled_from([SHOP, *SEGMENTS])))
    for _ in range(data.draw(st.integers(0, 5))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(whole)))
    pieces = [bytes(whole[cut:]), bytes(whole[:cut])] if data.draw(st.booleans()) else [bytes(whole[:cut])]
    all_of([zlib.compress(piece) for piece in pieces] if data.draw(st.booleans()) else pieces)


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["id", "node", "adds", "x"]), inner),
    max_leaves=8,
)


KEYS = (
    *("id", "type", "x", "y", "adds", "removes", "texts", "attributes", "positions"),
    *("node", "ranges", "tag", "payload", "plugin", "text", "width", "height", "href"),
)


@settings(max_examples=80, deadline=10_000)
@given(
    st.lists(
        st.fixed_dictionaries(
            {"type": st.integers(-1, 13), "timestamp": st.integers(START, START + 9_000) | VALUES},
            optional={
                "data": st.fixed_dictionaries(
                    {"source": st.integers(0, 17)},
                    optional=dict.fromkeys(KEYS, VALUES),
                )
            },
        ),
        max_size=12,
    )
)
def test_events_of_odd_shapes(odd: list[dict]) -> None:
    session = Session(element(4, "button", text(5, "Buy"))).click(3_000, 4).click(5_000, 4)
    assert all_of([json.dumps(session.events + odd).encode()])


@settings(max_examples=60, deadline=10_000)
@given(st.lists(st.tuples(st.integers(0, 16), st.lists(VALUES, max_size=4)), max_size=8))
def test_change_records_of_odd_shapes(changes: list[tuple[int, list]]) -> None:
    records = msgspec.json.decode(SEGMENTS[-1])["records"][:4]
    records += [{"type": 12, "timestamp": START, "data": [[kind, *items]]} for kind, items in changes]
    all_of([json.dumps({"records": records, "view": {"id": "v"}}).encode()])


def test_shuffled_events_are_put_in_order() -> None:
    events = shop_events()
    shuffled = events[:]
    random.Random(1).shuffle(shuffled)
    ordered = read([json.dumps(shuffled).encode()])
    assert [event.at for event in ordered.events] == [event["timestamp"] for event in events]


@pytest.mark.parametrize("wrapping", [31, 15], ids=["gzip", "zlib"])
def test_a_zip_bomb_is_refused_before_it_unfolds(wrapping: int) -> None:
    """300 MB of spaces, of which a million are packed once and repeated."""
    packer = zlib.compressobj(9, wbits=wrapping)
    million = b" " * 1_000_000
    first, again = (packer.compress(million) + packer.flush(zlib.Z_FULL_FLUSH) for _ in range(2))
    bomb = first + again * 299
    assert len(bomb) < 400_000
    assert zlib.decompressobj(wrapping).decompress(bomb, 3_000_000) == million * 3
    with pytest.raises(size_limits.TooLarge, match="once unpacked"):
        read([bomb])


def test_a_bomb_within_a_packed_event_is_refused() -> None:
    bomb = zlib.compress(b" " * 100_000_000, 9).decode("latin-1")
    with pytest.raises(size_limits.TooLarge):
        read([json.dumps([bomb]).encode()])


@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'[{"type":2,"timestamp":1,"data":{"node":', b'["w",'])
def test_deep_nesting_is_refused(opening: bytes) -> None:
    with pytest.raises(Unfilmable):
        read([opening * 100_000])


def test_a_page_deeper_than_browsers_go_is_refused() -> None:
    deep = element(10, "b")
    for number in range(11, 10 + size_limits.MAX_NESTING):
        deep = element(number, "b", deep)
    recording = read([msgspec.json.encode(Session(deep).events)])
    with pytest.raises(Unfilmable, match="too deeply"):
        playable(recording, 0, 1)


def test_a_page_of_too_many_elements_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(size_limits, "MAX_NODES", 1_000)
    crowd = Session(*(element(number, "i") for number in range(4, 1_100)))
    with pytest.raises(size_limits.TooLarge, match="page elements"):
        playable(crowd.recording(), 0, 1)
    grown = Session(element(4, "p"))
    for number in range(5, 1_100):
        grown.add(number, 4, element(number, "i"))
    with pytest.raises(size_limits.TooLarge, match="page elements"):
        playable(grown.recording(), 0, 5_000)


def test_a_hundred_thousand_elements_are_read_and_counted_in_a_moment() -> None:
    crowd = Session(*(element(number, "i") for number in range(4, 100_004)))
    assert len(playable(crowd.recording(), 0, 1)) == 2


def test_too_many_events_and_bytes_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(size_limits, "MAX_EVENTS", 30)
    with pytest.raises(size_limits.TooLarge, match="more than 30 events"):
        read([SHOP])
    monkeypatch.setattr(size_limits, "MAX_STORED_BYTES", 1_000)
    with pytest.raises(size_limits.TooLarge, match="more than 1,000 bytes"):
        read([SHOP])
