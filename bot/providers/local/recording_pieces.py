"""Pieces of recordings as senders deliver them: checked, described, and ready to be stored as they came.

They are our recorder's JSON (rrweb events with a head), or segments of the Datadog SDK with their metadata.
"""

from __future__ import annotations

import gzip
from typing import TypeVar

import msgspec

from bot.kernel.errors import Unfilmable
from bot.providers.local.batch import Batch, SessionSeen, Surroundings
from bot.providers.local.rows import Rows, cut, plausible
from bot.providers.local.segment_files import RecordingPiece
from bot.replay.formats.jsontext import repaired

MOST_EVENTS = 100_000
"""Events in one delivery."""
_FULL_SNAPSHOT = 2  # rrweb's EventType.FullSnapshot
_WORTH_PACKING = 1024
_DEVICES = {"desktop": "Desktop", "mobile": "Mobile", "tablet": "Tablet"}


class EventHead(msgspec.Struct, gc=False):
    """The two fields of an rrweb event that are read; the rest is stored unread."""

    timestamp: float
    type: int


class PieceMeta(msgspec.Struct):
    browser: str = ""
    os: str = ""
    device: str = ""
    country: str = ""
    version: str = ""
    service: str = ""
    env: str = ""
    href: str = ""


class RecorderDelivery(msgspec.Struct):
    """What our recorder sends. `seq` counts the deliveries of a session from 0."""

    session: str
    events: list[EventHead]
    view: str = ""
    person: str | None = None
    application: str = ""
    seq: int = 0
    meta: PieceMeta = msgspec.field(default_factory=PieceMeta)


class SegmentHead(msgspec.Struct):
    """The `event` part beside a segment of the Datadog SDK. Times in epoch milliseconds."""

    class Id(msgspec.Struct):
        id: str

    start: float
    end: float
    session: Id
    view: Id
    application: Id | None = None
    index_in_view: int = 0
    records_count: int = 0
    has_full_snapshot: bool = False
    source: str = "browser"


T = TypeVar("T")
DescribedPiece = tuple[RecordingPiece, Batch]


def rrweb(text: bytes, raw: bytes, around: Surroundings, rows: Rows, *, sample: bool = False) -> DescribedPiece:
    """One delivery of our recorder; `raw` is what is stored. Raises Unfilmable with a sentence."""
    try:
        sent = _decoded(text, _DELIVERIES)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unfilmable("This is not a delivery of rrweb events: %(error)s.", error=_why(error)) from None
    if not sent.session or not 0 <= sent.seq < 2**31:
        raise Unfilmable("A delivery of rrweb events needs the id of its session and its number in it.")
    where = around_of(sent).over(around)
    return describe(sent, raw, where, rows, sample=sample)


def _why(error: Exception) -> str:
    return "it is nested too deeply" if isinstance(error, RecursionError) else str(error)


def around_of(sent: RecorderDelivery) -> Surroundings:
    meta = sent.meta
    return Surroundings(
        application=cut(sent.application, "id"),
        service=cut(meta.service, "label"),
        env=cut(meta.env, "label"),
        version=cut(meta.version, "label"),
        browser=cut(meta.browser, "label"),
        os=cut(meta.os, "label"),
        device=_DEVICES.get(meta.device.lower(), cut(meta.device, "label")),
        country=cut(meta.country, "label"),
    )


def describe(
    sent: RecorderDelivery, raw: bytes, where: Surroundings, rows: Rows, *, sample: bool = False
) -> DescribedPiece:
    """Returns the piece of a delivery with its rows. Raises Unfilmable when its events make no sense."""
    now, times = rows.now_ms(), [event.timestamp for event in sent.events]
    if not times:
        raise Unfilmable("A delivery of rrweb events needs at least one event.")
    if len(times) > MOST_EVENTS:
        raise Unfilmable(
            "A delivery may hold %(most_events)s events at most; this one holds %(n)s.",
            most_events=f"{MOST_EVENTS:,}",
            n=f"{len(times):,}",
        )
    if not (plausible(min(times), now) and plausible(max(times), now)):
        raise Unfilmable("The times of these events are not epoch milliseconds of this century up to now.")
    session, person = cut(sent.session, "id"), rows.person(sent.person or sent.session)
    piece = RecordingPiece(
        session_id=session,
        view_id=cut(sent.view, "id"),
        seq=sent.seq,
        moment_ms=int(min(times)),
        last_ms=int(max(times)),
        events=len(times),
        full_snapshot=any(event.type == _FULL_SNAPSHOT for event in sent.events),
        format="rrweb",
        data=_packed(raw),
    )
    span, nameless = (min(times), max(times)), not sent.person
    return piece, _described(piece, SessionSeen(session, person, where, *span, now, "{}", sample, nameless))


_DELIVERIES, _SEGMENT_HEADS = msgspec.json.Decoder(RecorderDelivery), msgspec.json.Decoder(SegmentHead)
"""Made at the import, because deliveries are read in threads; see `bot.kernel.lenient`."""


def _decoded(text: bytes, decoder: msgspec.json.Decoder[T]) -> T:
    """Half an emoji in a text costs that half. Raises DecodeError, UnicodeDecodeError and RecursionError."""
    try:
        return decoder.decode(text)
    except msgspec.ValidationError:
        raise
    except (msgspec.DecodeError, UnicodeDecodeError):
        return decoder.decode(repaired(text))


def _packed(raw: bytes) -> bytes:
    """Returns gzip of what came plain (a web server unpacks on its own), the same bytes every time."""
    return raw if len(raw) < _WORTH_PACKING or raw[:2] == b"\x1f\x8b" else gzip.compress(raw, 1, mtime=0)


def segment(head: bytes, data: bytes, around: Surroundings, rows: Rows) -> DescribedPiece:
    """One segment of the Datadog SDK with its metadata. Raises Unfilmable with a sentence."""
    try:
        sent = _decoded(head, _SEGMENT_HEADS)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unfilmable("This is not the metadata of a replay segment: %(error)s.", error=_why(error)) from None
    now = rows.now_ms()
    if not (plausible(sent.start, now) and plausible(sent.end, now) and sent.session.id and sent.view.id):
        raise Unfilmable("The metadata of this segment has no sensible times or ids.")
    session = cut(sent.session.id, "id")
    piece = RecordingPiece(
        session_id=session,
        view_id=cut(sent.view.id, "id"),
        seq=max(0, min(sent.index_in_view, 999_999)),
        moment_ms=int(sent.start),
        last_ms=int(sent.end),
        events=max(0, min(sent.records_count, MOST_EVENTS)),
        full_snapshot=sent.has_full_snapshot,
        format="datadog",
        data=data,
    )
    # The RUM events of the session say who it was; nobody is known here, and nothing known is overwritten.
    return piece, _described(piece, SessionSeen(session, "", around, sent.start, sent.end, now))


def _described(piece: RecordingPiece, seen: SessionSeen) -> Batch:
    batch = Batch()
    batch.session(seen)
    key = f"{piece.session_id}/{piece.file}"
    times = (piece.moment_ms, piece.last_ms)
    where = (piece.session_id, piece.view_id, piece.seq, piece.file, piece.format)
    batch.segments[key] = (key, *times, *where, piece.events, piece.full_snapshot, len(piece.data), seen.sample)
    return batch
