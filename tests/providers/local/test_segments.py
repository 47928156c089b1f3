"""Recordings on disk: hostile names, order, wholeness."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.kernel.errors import Missing
from bot.providers.local.segment_files import FOLDER, LocalRecordings, RecordingPiece


def piece(
    session: str, view: str = "v", seq: int = 0, moment_ms: int = 1_795_000_000_000, data: bytes = b"[]"
) -> RecordingPiece:
    return RecordingPiece(session, view, seq, moment_ms, moment_ms, 1, True, "rrweb", data)


@given(st.text(max_size=300) | st.sampled_from(["../../etc/passwd", "/abs", "a/../../b", "..", "con\0", "\ud800"]))
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=60, deadline=None
)
def test_no_session_id_leaves_the_folder(tmp_path: Path, session: str) -> None:
    recordings = LocalRecordings(tmp_path)
    recordings.write(piece(session, view=session, data=session.encode("utf-8", "replace") or b"x"))
    assert recordings.read(session) == [session.encode("utf-8", "replace") or b"x"]
    assert {path.name for path in tmp_path.iterdir()} == {FOLDER}


def test_pieces_come_in_the_order_of_their_time_whatever_order_they_arrived_in(tmp_path: Path) -> None:
    recordings = LocalRecordings(tmp_path)
    for seq in (10, 2, 9, 1):
        recordings.write(piece("s", seq=seq, moment_ms=1_795_000_000_000 + seq * 1000, data=str(seq).encode()))
    assert recordings.read("s") == [b"1", b"2", b"9", b"10"]


def test_a_repeated_piece_is_the_same_file(tmp_path: Path) -> None:
    recordings = LocalRecordings(tmp_path)
    for _ in range(3):
        recordings.write(piece("s"))
    assert len(recordings.read("s")) == 1


def test_a_draft_of_a_writer_that_died_is_not_read(tmp_path: Path) -> None:
    recordings = LocalRecordings(tmp_path)
    recordings.write(piece("s"))
    whole = tmp_path / FOLDER / piece("s").file
    whole.with_name(f".{whole.name}.123").write_bytes(b"[half")
    assert recordings.read("s") == [b"[]"]


async def test_a_session_without_pieces_is_missing(tmp_path: Path) -> None:
    with pytest.raises(Missing, match="no recording"):
        await LocalRecordings(tmp_path).recording("never seen")
