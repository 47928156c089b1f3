"""Videos as players need them: index first, even steps, the right length, frames to jump to."""

import io
import os
import subprocess
import sys

import av
import numpy as np
import pytest

from bot.replay.encode import mp4 as film
from bot.replay.encode.frame_plans import Shot
from bot.replay.encode.mp4 import JUMP_MS, STEADY_MS, index_first, mp4
from bot.replay.encode.palette import Pixels
from bot.replay.shot_stream import ShotStream, Stopped

WIDTH, HEIGHT = 320, 200


def moving(count: int, lasts_ms: int, still_from: int) -> list[tuple[Pixels | None, int]]:
    """Frames with a bar that moves, and stands from the one of that number."""
    frames: list[tuple[Pixels | None, int]] = []
    for number in range(count):
        page = np.full((HEIGHT, WIDTH), 0xFFFFFF, np.uint32)
        page[20:60, number * 3 % 280 : number * 3 % 280 + 40] = 0x2244AA
        frames.append((page if number < still_from else None, lasts_ms))
    return frames


def boxes(data: bytes) -> list[bytes]:
    names, at = [], 0
    while at < len(data):
        names.append(data[at + 4 : at + 8])
        at += int.from_bytes(data[at : at + 4], "big")
    return names


SHAPES = [(600, 100, 50), (90, 33, 90), (61, 100, 1), (30, 100, 30), (1, 100, 1), (3, 20, 1), (12, 1_200, 12)]


@pytest.mark.parametrize(("count", "lasts_ms", "still_from"), SHAPES)
def test_it_decodes_and_lasts_as_long_as_it_should(count: int, lasts_ms: int, still_from: int) -> None:
    data, width, height, frames = mp4(moving(count, lasts_ms, still_from))
    assert (width, height) == (WIDTH, HEIGHT)
    with av.open(io.BytesIO(data), "r") as video:
        stream = video.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        times = [float(frame.time) for frame in video.decode(stream)]
        length_s = float(video.duration / av.time_base)
    assert len(times) == frames
    assert length_s == pytest.approx(max(count * lasts_ms, 40) / 1000, abs=0.041)
    gaps = np.diff([*times, length_s])
    assert max(gaps) <= (STEADY_MS + max(lasts_ms, STEADY_MS)) / 1000
    assert min(gaps) > 0


def test_its_index_comes_before_its_pictures() -> None:
    names = boxes(mp4(moving(20, 100, 20))[0])
    assert names.index(b"moov") < names.index(b"mdat")


def test_an_index_that_is_first_already_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    data = mp4(moving(20, 100, 20))[0]
    assert index_first(data) == data
    monkeypatch.setattr(film, "index_first", lambda written: written)
    last = mp4(moving(20, 100, 20))[0]
    assert boxes(last).index(b"moov") > boxes(last).index(b"mdat")
    assert index_first(last) == data


def test_a_player_can_jump_to_any_few_seconds() -> None:
    data, *_ = mp4(moving(600, 100, 300))
    with av.open(io.BytesIO(data), "r") as video:
        starts = [float(packet.pts * packet.time_base) for packet in video.demux(video=0) if packet.is_keyframe]
    assert max(np.diff([*starts, 60.0])) <= (JUMP_MS + STEADY_MS + 100) / 1000


def test_equal_frames_give_equal_bytes() -> None:
    assert mp4(moving(40, 100, 20))[0] == mp4(moving(40, 100, 20))[0]


def test_bytes_do_not_depend_on_what_the_memory_held_before() -> None:
    """glibc fills what is given out and given back with what it is told to; elsewhere the runs are just alike."""
    program = """
import hashlib
from tests.replay.test_mp4 import moving, mp4
print(hashlib.sha256(b"".join(mp4(moving(40, 100, 20))[0] for _ in range(3))).hexdigest())
"""
    found = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "MALLOC_PERTURB_": filling, "PYTHONPATH": "."},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for filling in ("0", "1", "85", "255")
    }
    assert len(found) == 1


def test_whoever_gives_up_reads_the_pictures_again_from_the_first() -> None:
    stream = ShotStream()
    shots = [Shot(number, b"png", [None]) for number in range(5)]
    for shot in shots[:3]:
        stream.add(shot)
    first = stream.live()
    assert [next(first), next(first)] == shots[:2]
    for shot in shots[3:]:
        stream.add(shot)
    stream.end(complete=True)
    assert list(stream.live()) == shots
    assert list(stream.live()) == shots


def test_a_stream_that_is_broken_off_stops_every_reader() -> None:
    stream = ShotStream()
    stream.add(Shot(0, b"png", [None]))
    stream.end(complete=False)
    for _ in range(2):
        with pytest.raises(Stopped):
            list(stream.live())
