"""Recordings in folders and in a bucket: hostile ids, order, what is deleted of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.files.file_store import FileStore, is_key
from bot.files.folder_store import FolderStore
from bot.kernel.errors import Missing
from bot.providers.local.segment_files import LocalRecordings, RecordingPiece, folder_of

AT = datetime(2026, 11, 18, tzinfo=UTC)
HOSTILE = [
    *("../../etc/passwd", "/abs", "a/../../b", "..", "", "con\0", "\ud800", "a\nb", "%2e%2e/", "s3://other/x"),
    "é" * 5000,
]


def piece(session: str, view: str = "v", seq: int = 0, at: datetime = AT, data: bytes = b"[]") -> RecordingPiece:
    moment_ms = int(at.timestamp() * 1000)
    return RecordingPiece(session, view, seq, moment_ms, moment_ms, 1, True, "rrweb", data)


@pytest.fixture
def recordings(file_store: FileStore) -> LocalRecordings:
    return LocalRecordings(file_store)


@given(st.text(max_size=50) | st.sampled_from(HOSTILE), st.text(max_size=50))
@settings(max_examples=30)
def test_an_id_is_a_key_below_its_own_folder_whatever_it_is(session: str, view: str) -> None:
    key = piece(session, view).file
    assert is_key(key)
    assert key.startswith(f"{folder_of(session)}/")
    assert key.count("/") == 2


@pytest.mark.parametrize("session", HOSTILE, ids=range(len(HOSTILE)))
async def test_a_hostile_id_is_stored_and_read_like_others(
    recordings: LocalRecordings, file_store: FileStore, session: str
) -> None:
    await recordings.write(piece(session, view=session, data=b"of a hostile session"))
    assert [file.key async for file in file_store.list()] == [piece(session, view=session).file]
    assert await recordings.recording(session) == [b"of a hostile session"]
    await recordings.forget(session)
    with pytest.raises(Missing):
        await recordings.recording(session)


async def test_pieces_come_in_the_order_of_their_time_whatever_order_they_arrived_in(
    recordings: LocalRecordings,
) -> None:
    for seq in (10, 2, 9, 1):
        await recordings.write(piece("s", seq=seq, at=AT + timedelta(seconds=seq), data=str(seq).encode()))
    assert await recordings.recording("s") == [b"1", b"2", b"9", b"10"]
    assert await recordings.size("s") == (4, 5)


async def test_a_repeated_piece_is_the_same_file(recordings: LocalRecordings) -> None:
    for _ in range(3):
        await recordings.write(piece("s"))
    assert len(await recordings.recording("s")) == 1


async def test_recordings_of_before_the_edge_are_deleted_though_no_event_is_left_of_them(
    recordings: LocalRecordings, file_store: FileStore
) -> None:
    """A recording is as old as its last piece; the sample's are spared, and strangers' files left alone."""
    for session, days in (("old", -40), ("old", -35), ("going on", -40), ("going on", -1), ("sample", -50), ("new", 0)):
        await recordings.write(piece(session, at=AT + timedelta(days=days)))
    await file_store.put("00/README.txt", b"a stranger's")
    assert await recordings.forget_before(AT - timedelta(days=30), {folder_of("sample")}) == 1
    with pytest.raises(Missing, match="no longer kept"):
        await recordings.recording("old")
    assert [(await recordings.size(session))[0] for session in ("going on", "sample", "new")] == [2, 1, 1]
    assert await file_store.get("00/README.txt") == b"a stranger's"


async def test_recordings_of_the_first_versions_are_read(tmp_path: Path) -> None:
    """A draft of a writer that died is none of them."""
    path = tmp_path / "d8/d8f869c69505c294cde2a4fffd0d696e/01795000000000-2cfce77d-000003.json"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"[1]")
    path.with_name(f".{path.name}.123").write_bytes(b"[half")
    assert await LocalRecordings(FolderStore(tmp_path)).recording("s-1") == [b"[1]"]


async def test_a_session_without_pieces_is_missing(recordings: LocalRecordings) -> None:
    with pytest.raises(Missing, match="no recording"):
        await recordings.recording("never seen")
