"""Several clips in one picture: where panels stand, when each changes, and how long it lasts."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.replay.encode.draw import Scale, Strip
from bot.replay.encode.frames import Frame
from bot.replay.encode.palette import Pixels
from bot.replay.encode.panels import PanelFrames, PanelRow, picture_at, side_by_side


def flat(colour: int, width: int = 40, height: int = 30) -> Pixels:
    return np.full((height, width), colour, np.uint32)


def panel(*frames: tuple[int | None, int], delay: int = 0, width: int = 40, height: int = 30) -> PanelFrames:
    """Frames by colour, None for as before."""
    shown: list[Frame] = [(None if it is None else flat(it, width, height), lasts) for it, lasts in frames]
    return PanelFrames("1 · Desktop", width, delay, shown)


def colours(panels: Sequence[PanelFrames]) -> list[tuple[tuple[int, ...], int]]:
    """What all panels show, and for how long."""
    row = PanelRow(tuple(it.width for it in panels), tuple(it.heading for it in panels))
    seen: list[tuple[tuple[int, ...], int]] = []
    picture: Pixels | None = None
    for pixels, lasts in side_by_side(panels):
        picture = picture if pixels is None else pixels
        assert picture is not None
        seen.append((tuple(int(picture[row.band + 2, left + 2]) for left in row.lefts), lasts))
    return seen


def test_every_change_of_any_panel_is_a_frame() -> None:
    panels = [panel((1, 100), (2, 300)), panel((3, 200), (4, 200))]
    assert colours(panels) == [((1, 3), 100), ((2, 3), 100), ((2, 4), 200)]


def test_one_that_waits_holds_its_first_picture_and_one_that_ends_its_last() -> None:
    panels = [panel((1, 100), (2, 100)), panel((3, 100), (4, 100), delay=500)]
    assert colours(panels) == [((1, 3), 100), ((2, 3), 500), ((2, 4), 100)]


def test_a_frame_as_before_makes_no_new_one() -> None:
    assert colours([panel((1, 100), (None, 100), (2, 100))]) == [((1,), 200), ((2,), 100)]


@given(
    st.lists(
        st.tuples(st.lists(st.integers(1, 20), min_size=1, max_size=6), st.integers(0, 10)), min_size=1, max_size=3
    )
)
def test_it_lasts_as_long_as_the_panel_that_ends_last(panels: list[tuple[list[int], int]]) -> None:
    made = [panel(*((n + 1, 100 * lasts) for n, lasts in enumerate(it)), delay=100 * delay) for it, delay in panels]
    seen = colours(made)
    assert sum(lasts for _, lasts in seen) == max(100 * (sum(it) + delay) for it, delay in panels)
    assert seen[-1][0] == tuple(len(it) for it, _ in panels)
    assert all(before != after for (before, _), (after, _) in pairwise(seen))


def test_panels_keep_their_shape_and_stand_beside_one_another() -> None:
    phone = panel((7, 100), width=24, height=60)
    desk = panel((8, 100), width=40, height=30)
    row = PanelRow((24, 40), (phone.heading, desk.heading))
    picture = picture_at(side_by_side([phone, desk]), 0)
    assert picture.shape == (row.band + 60, row.width)
    assert int((picture == 7).sum()) == 24 * 60
    assert int((picture == 8).sum()) == 40 * 30
    assert not (picture[:, 24 : 24 + row.gap] == 7).any()
    assert picture.shape[0] % 2 == picture.shape[1] % 2 == 0  # H.264 wants it


def test_headings_are_seen_and_too_long_ones_stay_in_their_panel() -> None:
    plain, long = PanelRow((200, 200), ("1", "2")), PanelRow((200, 200), ("1 · " + "Device " * 40, "2"))
    assert len(long.lines[0]) == 3
    assert long.lines[0][-1].endswith("…")
    band = plain.empty(10)[: plain.band], long.empty(10)[: plain.band]
    changed = np.flatnonzero((band[0] != band[1]).any(axis=0))
    assert changed.size
    assert changed.max() < 200


@pytest.mark.parametrize(
    ("widths", "headings"),
    [
        ((230, 400, 400), ("1 · Mobile · United States", "2 · Desktop · United Kingdom", "3 · Desktop · South Korea")),
        ((230, 400, 400), ("1 · 모바일 · 대한민국", "2 · 데스크톱 · 버전 2.31.0", "3 · 태블릿 · 미국")),
        ((360, 600), ("Before · Sun, Nov 29 22:58 EST", "After · Mon, Nov 30 00:54 EST")),
        ((360, 600), ("이전 · 11월 29일 (일) 22:58 GMT+09", "이후 · 11월 30일 (월) 00:54 GMT+09")),
    ],
)
def test_beside_a_desk_a_phone_is_named_in_whole(widths: tuple[int, ...], headings: tuple[str, ...]) -> None:
    row = PanelRow(widths, headings)
    for heading, lines in zip(headings, row.lines, strict=True):
        assert "…" not in "".join(lines)
        assert [word for line in lines for word in line.split() if word != "·"] == [
            word for word in heading.split() if word != "·"
        ]
        assert all(line.strip("·") == line for line in lines)
    assert row.empty(10).shape == (row.band + 10, row.width)


def test_a_picture_at_a_time_is_the_frame_that_is_shown_then() -> None:
    frames = [(flat(1), 100), (None, 100), (flat(2), 100)]
    assert [int(picture_at(frames, at)[0, 0]) for at in (0, 199, 200, 5000)] == [1, 1, 2, 2]
    with pytest.raises(ValueError, match="frame"):
        picture_at([], 0)


def test_a_caption_in_letters_of_its_own_size_has_no_clock_and_up_to_four_lines() -> None:
    caption = "Buy clicked 5×, TypeError: cart is undefined"
    usual, large = Strip(Scale(400), caption, ()), Strip(Scale(400), caption, (), 34)
    assert usual.height < large.height <= 34 * 1.3 * 3 + 34 * 2 + 6
    assert large.height % 2 == 0
    assert (large.at(0, "0:01 / 0:07") == large.at(0, "0:02 / 0:07")).all()
    assert (usual.at(0, "0:01 / 0:07") != usual.at(0, "0:02 / 0:07")).any()
