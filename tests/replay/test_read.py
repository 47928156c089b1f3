"""Every way of writing a recording down reads to the same events."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bot.kernel.errors import Missing, Unfilmable
from bot.kernel.locale import Locale
from bot.replay.encode.mp4 import mp4
from bot.replay.read_recording import read, read_path
from bot.replay.recording import EventKind
from tests.replay.sessions import SHOP, START, Session, element, shop_events, text

EVENTS = shop_events()
ARRAY = json.dumps(EVENTS).encode()
LINES = b"\n".join(json.dumps(event).encode() for event in EVENTS)


def packed(event: dict) -> str:
    """As @rrweb/packer writes it: zlib bytes as characters."""
    return zlib.compress(json.dumps({**event, "v": "v1"}).encode()).decode("latin-1")


def gzipped(value: object) -> str:
    return gzip.compress(json.dumps(value).encode()).decode("latin-1")


def posthog(event: dict) -> dict:
    """As posthog-js compresses an event since 2024-10: snapshots whole, changes by field."""
    data = event["data"]
    if event["type"] == 2:
        return {**event, "cv": "2024-10", "data": gzipped(data)}
    if event["type"] == 3 and data["source"] == 0:
        fields = {name: gzipped(data[name]) for name in ("adds", "removes", "texts", "attributes")}
        return {**event, "cv": "2024-10", "data": {**data, **fields}}
    return event


FORMATS = {
    "array": [ARRAY],
    "array with white space and a byte order mark": [b"\xef\xbb\xbf \n" + json.dumps(EVENTS, indent=1).encode()],
    "lines": [LINES],
    "object with events": [json.dumps({"events": EVENTS}).encode()],
    "export with data.snapshots": [json.dumps({"version": "1", "data": {"snapshots": EVENTS}}).encode()],
    "gzip": [gzip.compress(ARRAY)],
    "zlib": [zlib.compress(LINES)],
    "zlib members one after another": [
        zlib.compress(LINES[: LINES.index(b"\n")]) + zlib.compress(LINES[LINES.index(b"\n") :])
    ],
    "pieces": [json.dumps(EVENTS[first : first + 50]).encode() for first in range(0, len(EVENTS), 50)],
    "pieces out of order": [json.dumps(EVENTS[100:]).encode(), json.dumps(EVENTS[:100]).encode()],
    "lines of arrays": [
        b"\n".join(json.dumps(EVENTS[first : first + 9]).encode() for first in range(0, len(EVENTS), 9))
    ],
    "packed": [json.dumps([packed(event) for event in EVENTS]).encode()],
    "packed lines": [b"\n".join(json.dumps(packed(event)).encode() for event in EVENTS)],
    "posthog lines": [b"\n".join(json.dumps(["w1", posthog(event)]).encode() for event in EVENTS)],
    "posthog windows": [json.dumps({"window_id": "w1", "data": [posthog(event) for event in EVENTS]}).encode()],
    "sentry segments": [json.dumps([EVENTS[:120], EVENTS[120:]]).encode()],
    "sentry segment with its number": [b'{"segment_id":0}\n' + ARRAY],
}


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_reads_to_the_same_events(name: str) -> None:
    recording = read(FORMATS[name])
    assert [(event.at, event.type) for event in recording.events] == [(it["timestamp"], it["type"]) for it in EVENTS]
    decoded = [event.decode() for event in recording.events]
    assert [{**event, "v": 0, "cv": 0} for event in decoded] == [{**event, "v": 0, "cv": 0} for event in EVENTS]
    assert not recording.skipped
    assert recording.duration_ms == 34_127


def test_korean_text_survives_packing() -> None:
    session = Session(element(4, "button", text(5, "구매하기 🛒")))
    recording = read([json.dumps([packed(event) for event in session.events]).encode()])
    assert "구매하기 🛒" in json.dumps([event.decode() for event in recording.events], ensure_ascii=False)


def test_half_an_emoji_does_not_cost_the_recording() -> None:
    session = Session(element(4, "p", text(5, "ok")))
    broken = json.dumps(session.events).replace('"ok"', r'"cut \ud83d"').encode()
    assert "cut �" in json.dumps([event.decode() for event in read([broken]).events], ensure_ascii=False)
    broken = json.dumps(session.events).replace("ok", "@@").encode().replace(b"@@", b"\xff\xfe")
    assert "��" in json.dumps([event.decode() for event in read([broken]).events], ensure_ascii=False)


def test_seconds_become_milliseconds() -> None:
    events = [{**event, "timestamp": event["timestamp"] / 1000} for event in EVENTS]
    assert read([json.dumps([events]).encode()]).duration_ms == 34_127


def test_one_window_is_kept_and_the_rest_counted() -> None:
    lines = [["main", event] for event in EVENTS] + [["popup", event] for event in EVENTS[:7]]
    recording = read([b"\n".join(json.dumps(line).encode() for line in lines)])
    assert len(recording.events) == len(EVENTS)
    assert recording.skipped == {"event of another window": 7}


def test_posthog_repeats_are_read_once() -> None:
    lines = [["main", event] for event in [*EVENTS, *EVENTS[-30:]]]
    recording = read([b"\n".join(json.dumps(line).encode() for line in lines)])
    assert len(recording.events) == len(EVENTS)


def test_what_is_not_understood_is_skipped_and_counted() -> None:
    odd = [
        7,
        None,
        {"type": 3, "timestamp": START},
        {"type": 3, "timestamp": START, "data": None},
        {"type": 3, "timestamp": START, "data": {"source": 99}},
        {"type": 42, "timestamp": START, "data": {}},
        {"type": 3, "timestamp": "yesterday", "data": {"source": 1}},
        {"type": 4, "timestamp": START, "data": {"href": "x"}},
        {"no": "event"},
    ]
    session = Session(element(4, "p"))
    recording = read([json.dumps(session.events + odd).encode()])
    assert [event.type for event in recording.events] == [EventKind.META, EventKind.FULL]
    assert sum(recording.skipped.values()) == len(odd)
    assert recording.skipped["event without a time"] == 1
    assert recording.skipped["unknown event type 42"] == 1


def test_timestamps_may_be_numbers_in_strings() -> None:
    events = [{**event, "timestamp": str(event["timestamp"])} for event in EVENTS]
    assert read([json.dumps(events).encode()]).events[0].decode()["timestamp"] == EVENTS[0]["timestamp"]


def test_events_of_one_time_keep_their_order() -> None:
    session = Session(element(4, "p"))
    for number in range(20):
        session.custom(5, f"tag-{number}")
    tags = [event.data["tag"] for event in session.recording().events if event.type == EventKind.CUSTOM]
    assert tags == [f"tag-{number}" for number in range(20)]


def test_views_begin_with_a_new_address_or_a_page_load_and_not_with_a_checkout() -> None:
    session = Session(element(4, "p"))
    session.event(900, 4, {"href": "https://shop.example/cart", "width": 1280, "height": 720})
    checkout = {"node": {"type": 0, "id": 77, "childNodes": []}, "initialOffset": {"left": 0, "top": 0}}
    session.event(900, 2, checkout)
    session.page(2_000, "https://shop.example/cart")
    session.page(3_000, "https://shop.example/pay")
    views = session.recording().views
    assert [(view.start_ms, view.href[-4:], view.width) for view in views] == [
        (0, "cart", 1280),
        (2_000, "cart", 1280),
        (3_000, "/pay", 1280),
    ]


@pytest.mark.parametrize(
    ("pieces", "words"),
    [
        ([], "is empty"),
        ([b""], "is empty"),
        ([b"[]"], "is empty"),
        ([b"<html>not found</html>"], "cut off or damaged"),
        ([ARRAY[:5000]], "cut off or damaged"),
        ([gzip.compress(ARRAY)[:4000]], "cut off or damaged"),
        ([b'{"message":"not found"}'], "not a session recording"),
        ([json.dumps(EVENTS[3:]).encode()], "no picture of the page"),
        ([json.dumps([{"type": 2, "timestamp": 1, "data": {"wireframes": []}}]).encode()], "mobile app"),
        ([json.dumps({"records": [{"type": 4, "timestamp": 1}], "source": "ios"}).encode()], "mobile app"),
    ],
)
def test_hopeless_recordings_are_refused_in_one_sentence(pieces: list[bytes], words: str) -> None:
    with pytest.raises(Unfilmable, match=words) as refused:
        read(pieces)
    assert refused.value.sentence.count(".") == 1


def saved(kind: str) -> bytes:
    """A picture of that kind, as Pillow writes it."""
    out = io.BytesIO()
    Image.new("RGB", (9, 9), "red").save(out, kind)
    return out.getvalue()


def archive() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as packed:
        member = tarfile.TarInfo("recording.json")
        member.size = len(ARRAY)
        packed.addfile(member, io.BytesIO(ARRAY))
    return out.getvalue()


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("recording.json", ARRAY)
    return out.getvalue()


OTHERS = {
    **{kind: (saved(kind), rf"a picture \({kind}\)") for kind in ("PNG", "JPEG", "GIF", "TIFF", "BMP", "ICO")},
    "WebP": (saved("WEBP"), r"a picture \(WebP\)"),
    "MP4": (mp4([(np.zeros((16, 16), np.uint32), 100)])[0], r"a video or a sound \(MP4\)"),
    "tar": (archive(), r"an archive \(tar\); unpack it first"),
    "ZIP": (zipped(), r"an archive \(ZIP\); unpack it first"),
    "PDF": (b"%PDF-1.7\n%\xe2\xe3", r"another kind \(PDF\)"),
    "SQLite": (b"SQLite format 3\0" + bytes(84), r"another kind \(SQLite\)"),
    "PNG packed": (gzip.compress(saved("PNG")), r"a picture \(PNG\)"),
}


@pytest.mark.parametrize("name", OTHERS)
def test_a_file_of_another_kind_is_named(tmp_path: Path, name: str) -> None:
    content, words = OTHERS[name]
    (tmp_path / "recording.json").write_bytes(content)
    with pytest.raises(Unfilmable, match=words) as refused:
        read(read_path(tmp_path / "recording.json"))
    assert refused.value.sentence.count(".") == 1
    assert refused.value.text(Locale.of("ko")) != refused.value.sentence


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<!DOCTYPE html><title>x</title>", r"\(HTML\)"),
        (b'\n<?xml version="1.0"?>\n<svg xmlns="x"/>', r"\(SVG\)"),
        (b'<?xml version="1.0"?><note/>', r"\(XML\)"),
        ("아무것도 안 돼요.\n".encode() * 99, "plain text"),
        (b"time,session\n12:00,abc\n", "plain text"),
        (b'lue":1},{"type":3,"data":{}}]', "cut off or damaged"),
        (b'{"type":2,"da', "cut off or damaged"),
        (b"\x00\x01\x02", "cut off or damaged"),
        (b'{"log":{"entries":[]}}', "not a session recording"),
    ],
)
def test_a_text_that_is_no_recording_is_told_from_a_damaged_one(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "recording.json").write_bytes(content)
    with pytest.raises(Unfilmable, match=words):
        read(read_path(tmp_path / "recording.json"))


def test_a_path_is_a_file_or_a_folder(tmp_path) -> None:
    (tmp_path / "a.json").write_bytes(json.dumps(EVENTS[:100]).encode())
    (tmp_path / "b.json").write_bytes(json.dumps(EVENTS[100:]).encode())
    (tmp_path / "note.txt").write_text("no recording")
    assert len(read(read_path(tmp_path)).events) == len(EVENTS)
    assert len(read(read_path(SHOP)).events) == len(EVENTS)
    with pytest.raises(Missing):
        read_path(tmp_path / "nothing")
    (tmp_path / "empty").mkdir()
    with pytest.raises(Missing):
        read_path(tmp_path / "empty")
