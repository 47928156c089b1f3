"""Pointer, mark and counter stand beside labels, wherever those are and whatever a page says of them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.replay.encode.draw import Scale, Strip, arrow
from bot.replay.encode.frame_plans import DrawnClick, FramePlan
from bot.replay.encode.painter import Painter
from bot.replay.encode.palette import pack
from bot.replay.encode.placement import PointerSurroundings, apart, counter_place, covered, surroundings

SIZE = 800, 450
GREY = 120
sides = st.floats(allow_nan=True, allow_infinity=True) | st.integers(-(10**12), 10**12)
boxes = st.none() | st.lists(sides, min_size=4, max_size=4)


def painter(*clicks: DrawnClick, touches=None, failed: int | None = None) -> Painter:
    scale = Scale(SIZE[0])
    return Painter(scale, Strip(scale, "Buy clicked", ()), clicks, str, str, 1000, 1.0, touches, failed)


@st.composite
def labels(draw) -> list[tuple[int, int, int, int]]:
    """One or two labels of the sizes that labels have."""
    placed_labels = []
    for _ in range(draw(st.integers(1, 2))):
        left, top = draw(st.integers(0, 780)), draw(st.integers(0, 430))
        placed_labels.append((left, top, left + draw(st.integers(4, 240)), top + draw(st.integers(4, 60))))
    return placed_labels


@given(labels(), st.integers(0, 799), st.integers(0, 449))
def test_a_pointer_covers_no_label(placed_labels, x, y):
    height, width = arrow(1.0).shape[:2]
    placed = apart((x - 1, y - 1, x - 1 + width, y - 1 + height), placed_labels, SIZE)
    assert not any(covered(placed, label) for label in placed_labels[:1] if len(placed_labels) == 1)
    if placed != (x - 1, y - 1, x - 1 + width, y - 1 + height):
        assert 0 <= placed[0] < placed[2] <= SIZE[0]
        assert 0 <= placed[1] < placed[3] <= SIZE[1]


def test_a_pointer_that_covers_nothing_stays_where_it_is():
    assert apart((50, 60, 68, 85), [(100, 60, 200, 80)], SIZE) == (50, 60, 68, 85)


def test_a_pointer_goes_the_shortest_way():
    label = (300, 200, 500, 220)
    below = apart((400, 212, 418, 237), [label], SIZE)
    assert (below[0], below[1]) == (400, 222)
    beside = apart((495, 212, 513, 237), [label], SIZE)
    assert (beside[0], beside[1]) == (502, 212)


def test_a_pointer_at_the_lower_edge_goes_up():
    placed = apart((400, 430, 418, 455), [(300, 425, 500, 449)], SIZE)
    assert placed[3] <= 425


@pytest.mark.parametrize("pressed", [(300, 200, 380, 225), (715, 5, 798, 40), (2, 2, 60, 30), (2, 420, 90, 449)])
def test_a_counter_covers_neither_label_nor_pointer(pressed):
    left, top, right, bottom = pressed
    label = left + 8, top + 4, right - 8, bottom - 4
    pointer = apart((left + 20, top + 10, left + 38, top + 35), [label], SIZE)
    counter = counter_place((52, 32), pressed, (label, pointer), SIZE)
    assert not covered(counter, label)
    assert not covered(counter, pointer)
    assert counter[0] >= 0
    assert counter[2] <= SIZE[0]


def words(*places: tuple[int, int, int, int]) -> np.ndarray:
    """A grey page with letters in some places: thin stripes, as sharp as those."""
    page = np.full((SIZE[1], SIZE[0], 3), GREY, np.uint8)
    for left, top, right, bottom in places:
        page[top:bottom, left:right:6] = 0
        page[top:bottom, left + 1 : right : 6] = 0
    return pack(page)


BUTTON = 300, 200, 380, 225
LABEL = BUTTON[0] + 8, BUTTON[1] + 4, BUTTON[2] - 8, BUTTON[3] - 4


@pytest.mark.parametrize(
    "beside",
    [
        [(384, 190, 480, 230)],  # another button
        [(290, 165, 480, 192)],  # a line above
        [(384, 190, 480, 230), (240, 150, 480, 192)],
        [(150, 190, 296, 230), (384, 190, 480, 230), (290, 228, 400, 260)],
    ],
)
def test_a_counter_covers_no_other_words_either_where_there_is_room(beside):
    page = words(LABEL, *beside)
    free = counter_place((52, 32), BUTTON, [LABEL], SIZE)
    assert any(covered(free, other) for other in beside)
    placed = counter_place((52, 32), BUTTON, [LABEL], SIZE, page)
    assert not covered(placed, LABEL)
    assert not any(covered(placed, other) for other in beside)


def test_in_a_list_a_counter_stands_beside_its_row_beyond_the_pointer():
    row = 20, 200, 90, 224
    page = words(*((20, top, 90, top + 24) for top in range(20, 420, 30)))
    pointer = 92, 204, 110, 229
    placed = counter_place((52, 32), row, [row, pointer], SIZE, page)
    assert not covered(placed, row)
    assert not covered(placed, pointer)
    assert placed[0] > pointer[2]
    assert abs((placed[1] + placed[3]) - (row[1] + row[3])) <= 2


def test_where_there_are_words_everywhere_a_counter_covers_others_rather_than_its_own():
    placed = counter_place((52, 32), BUTTON, [LABEL], SIZE, words((0, 0, *SIZE)))
    assert placed == counter_place((52, 32), BUTTON, [LABEL], SIZE)
    assert not covered(placed, LABEL)


@given(st.tuples(sides, sides), st.lists(boxes, min_size=4, max_size=4))
def test_whatever_a_page_says_the_frame_is_drawn(spot, measured):
    point = (*spot, *measured)
    near = surroundings(point, 0.5, *SIZE)
    for rect in (near.pressed, *near.labels):
        assert rect is None or (0 <= rect[0] < rect[2] <= SIZE[0] and 0 <= rect[1] < rect[3] <= SIZE[1])
    drawn = painter(DrawnClick(0, 12))
    page = pack(np.full((SIZE[1], SIZE[0], 3), GREY, np.uint8))
    looks = drawn.looks(FramePlan(50, 100), 0, point, page)
    assert drawn.paint(page, looks, 0).shape == (SIZE[1] + drawn.strip.height, SIZE[0])


@pytest.mark.parametrize("measured", [("1", "2", "3", "4"), [1, 2, 3], [9, 9, 1, 1], {"left": 1}, [math.nan] * 4])
def test_what_is_no_rectangle_is_left_out(measured):
    assert surroundings((5.0, 5.0, measured, measured, measured, measured), 1.0, *SIZE) == PointerSurroundings((5, 5))


def test_what_is_as_large_as_the_page_is_not_outlined():
    near = surroundings((5.0, 5.0, [0, 0, 800, 450], [10, 10, 90, 30], None, None), 1.0, *SIZE)
    assert near.pressed == (8, 8, 92, 32)
    assert surroundings((5.0, 5.0, [0, 0, 800, 450], None, None, None), 1.0, *SIZE).pressed is None


@pytest.mark.parametrize("touched", [None, [(0, 60)]])
def test_nothing_that_is_drawn_lies_on_the_label(touched):
    """Mouse or finger, ring and counter: the label's pixels are the page's."""
    button, label = [360, 200, 440, 226], [376, 206, 424, 220]
    drawn = painter(DrawnClick(0, 5), touches=touched)
    page = pack(np.full((SIZE[1], SIZE[0], 3), GREY, np.uint8))
    for age in (0, 100, 200, 300):
        looks = drawn.looks(FramePlan(age, 100), 0, (400.0, 213.0, button, label, button, label), page)
        frame = drawn.paint(page, looks, 0)
        np.testing.assert_array_equal(frame[206:220, 376:424], page[206:220, 376:424])
        assert (frame[: SIZE[1]] != page).sum() > 800


def test_a_finger_is_seen_while_it_touches():
    drawn = painter(touches=[(100, 200)])
    page = pack(np.full((SIZE[1], SIZE[0], 3), GREY, np.uint8))
    seen = [drawn.looks(FramePlan(at, 100), 0, (400.0, 213.0), page).pointer is not None for at in (0, 100, 400, 900)]
    assert seen == [False, True, True, False]
