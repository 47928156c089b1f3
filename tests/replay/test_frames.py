"""When frames are shown, and what is drawn on them."""

import io
import math
from collections.abc import Sequence

import numpy as np
import pytest
from PIL import Image

from bot.replay.encode.draw import MOST_LINES, Scale, Strip, badge, blend, fitted, plain, wrapped
from bot.replay.encode.frame_plans import FramePlan, Shot, clicks, frame_plans, touches
from bot.replay.encode.frames import composed
from bot.replay.encode.painter import Painter
from bot.replay.encode.palette import pack, unpack
from bot.replay.fonts import font, korean_font
from bot.replay.scene import Size, fitted_size

GREY = (120, 120, 120)


def png(*colour: int, width: int = 400, height: int = 200) -> bytes:
    output = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(output, "PNG")
    return output.getvalue()


def painter(clicked=(), width: int = 400, factor: float = 1.0) -> Painter:
    scale = Scale(width)
    return Painter(scale, Strip(scale, "Buy clicked", (0.5,)), clicked, lambda ms: f"{ms} later", str, 1000, factor)


def click(at: int, x: float = 10, y: float = 10) -> dict:
    return {"type": 3, "timestamp": 5000 + at, "data": {"source": 2, "type": 2, "id": 1, "x": x, "y": y}}


def test_frames_are_evenly_spaced_and_last_as_long_as_the_window():
    made = frame_plans(1000, 2000, 10)
    assert [beat.at_ms for beat in made] == list(range(1000, 2001, 100))
    assert sum(beat.lasts_ms for beat in frame_plans(0, 1000, 30)) == 1000 + 1000 // 30


def test_a_cut_shows_a_card_and_goes_on_after_it():
    made = frame_plans(0, 10_000, 10, [(2_000, 9_000)])
    card = next(beat for beat in made if beat.skipped_ms)
    assert (card.at_ms, card.skipped_ms, card.lasts_ms) == (2_000, 7_000, 1_200)
    assert not [beat for beat in made if 2_000 < beat.at_ms < 9_000]
    assert made[-1].at_ms == 10_000


def test_clicks_on_one_spot_are_counted():
    found = clicks([click(0), click(300), click(500, 300), click(800, 300), click(3000, 300)], 5000)
    assert [(one.at_ms, one.count) for one in found] == [(0, 1), (300, 2), (500, 1), (800, 2), (3000, 1)]


def test_a_new_page_ends_the_count_and_the_marks():
    found = clicks([click(0), click(300), click(600)], 5000, [0, 450])
    assert [(one.at_ms, one.count, one.until_ms) for one in found] == [(0, 1, 450), (300, 2, 450), (600, 1, math.inf)]
    drawn = painter(found)
    shown = [
        drawn.looks(FramePlan(at, 100), 0, (200.0, 100.0), np.zeros((200, 400), np.uint32)) for at in (400, 500, 600)
    ]
    assert [(looks.age, looks.count) for looks in shown] == [(1, 2), (None, 0), (0, 0)]


def test_a_tap_is_one_click_and_a_swipe_is_none():
    touch, swipe = (
        {"type": 3, "timestamp": 5000 + at, "data": {"source": 2, "type": 7, "id": 1, "x": 10, "y": 10}}
        for at in (0, 1_500)
    )
    assert [(one.at_ms, one.count) for one in clicks([touch, click(80), swipe], 5000)] == [(80, 1)]


def test_a_click_on_a_label_is_one_click_though_its_field_is_clicked_too():
    def made(at: int, node: int, kind: int = 2) -> dict:
        return {"type": 3, "timestamp": 5000 + at, "data": {"source": 2, "type": kind, "id": node, "x": 10, "y": 10}}

    def press(at: int) -> list[dict]:
        return [made(at, 8, 1), made(at + 60, 8, 0), made(at + 61, 8), made(at + 62, 7)]

    assert [(one.at_ms, one.count) for one in clicks([*press(0), *press(300)], 5000)] == [(61, 1), (361, 2)]
    two = [made(0, 8, 1), made(1, 8), made(2, 7, 1), made(3, 7), made(100, 7), made(200, 8)]
    assert [one.at_ms for one in clicks(two, 5000)] == [1, 3, 100, 200]


def touch(at: int, kind: int) -> dict:
    return {"type": 3, "timestamp": 5000 + at, "data": {"source": 2, "type": kind, "id": 1, "x": 10, "y": 10}}


@pytest.mark.parametrize(
    ("events", "found"),
    [
        ([touch(0, 7), touch(70, 9), click(74)], [(0, 70)]),
        ([touch(0, 7), click(60), touch(70, 9)], [(0, 70)]),
        ([touch(0, 7), touch(70, 9), touch(71, 1), touch(72, 0), click(74)], [(0, 70)]),
        ([touch(0, 7), touch(70, 9), click(374), touch(900, 7), touch(1400, 10)], [(0, 70), (900, 1400)]),
        ([touch(0, 1), touch(50, 0), click(50)], None),
        ([click(50), click(3000), touch(5000, 7), touch(5050, 9)], None),
        ([], None),
    ],
)
def test_a_finger_is_told_from_a_mouse(events, found):
    assert touches(events, 5000, 1280) == found


def test_on_a_page_as_narrow_as_a_phone_s_presses_are_touches():
    pressed = [touch(0, 1), touch(50, 0), click(50), touch(900, 1)]
    assert touches(pressed, 5000, 390) == [(0, 50), (900, 900)]
    assert touches(pressed, 5000, 500) is None
    assert touches([touch(0, 7), touch(70, 9), touch(71, 1), touch(72, 0), click(74)], 5000, 390) == [(0, 70)]
    assert touches([], 5000, 390) is None


def test_frames_that_look_alike_are_painted_once():
    made = [FramePlan(0, 100), FramePlan(100, 100), FramePlan(200, 100)]
    shots = [Shot(0, png(*GREY), [(5.0, 5.0)]), Shot(2, None, [(5.0, 5.0), (90.0, 90.0)])]
    still = painter()
    still.total_ms = 100_000
    still.clock = lambda _: "0:00"
    frames = list(composed(shots, made, still))
    assert [pixels is None for pixels, _ in frames] == [False, True, False]


def test_a_new_picture_is_shown_at_its_own_frame():
    made = [FramePlan(i * 100, 100) for i in range(4)]
    shots = [Shot(0, png(0, 0, 0), [None]), Shot(2, png(255, 255, 255), [None, None]), Shot(3, None, [None])]
    tops = [None if pixels is None else int(unpack(pixels)[0, 0, 0]) for pixels, _ in composed(shots, made, painter())]
    assert [top for top in tops if top is not None][:1] == [0]
    assert tops[2] == 255


def test_the_pointer_is_drawn_where_it_is_and_the_ring_around_it():
    calm = next(composed([Shot(0, png(*GREY), [(200.0, 100.0)])], [FramePlan(0, 100)], painter()))[0]
    clicked = next(
        composed([Shot(0, png(*GREY), [(200.0, 100.0)])], [FramePlan(50, 100)], painter(clicks([click(0)], 5000)))
    )[0]
    page = unpack(calm)[:200]
    ys, xs = np.nonzero((page != GREY).any(axis=-1))
    assert 195 <= xs.min() <= xs.max() <= 225
    assert 95 <= ys.min() <= ys.max() <= 130
    reds = (unpack(clicked)[:200, :, 0].astype(int) - unpack(clicked)[:200, :, 2] > 80).sum()
    assert reds > 20


def test_a_smaller_clip_has_its_pointer_in_the_same_place():
    whole = next(
        composed([Shot(0, png(*GREY), [(200.0, 100.0)])], [FramePlan(0, 100)], painter(width=200, factor=0.5))
    )[0]
    page = unpack(whole)[:100]
    assert whole.shape[1] == 200
    ys, xs = np.nonzero((page != GREY).any(axis=-1))
    assert 95 <= xs.min() <= 105
    assert 45 <= ys.min() <= 55


def test_every_second_frame_keeps_the_time():
    made = [FramePlan(i * 100, 100) for i in range(7)]
    shots = [Shot(0, png(0, 0, 0), [None]), Shot(6, None, [(float(i), 0.0) for i in range(6)])]
    frames = list(composed(shots, made, painter(), every=2))
    assert sum(lasts for _, lasts in frames) == 700
    assert sum(pixels is not None for pixels, _ in frames) == 4


@pytest.mark.parametrize("width", [400, 800])
def test_the_caption_can_be_read(width):
    """Letters are at least 13 px and differ from the ground as much as text should (WCAG: 7 to 1)."""
    scale = Scale(width)
    assert scale.text >= 13
    assert scale.strip % 2 == 0
    drawn = unpack(Strip(scale, "Buy clicked 5×", ()).at(0, "0:00")).astype(int)
    assert drawn.max() > 240
    assert np.median(drawn) < 40


CAPTIONS = (
    "Confirm your or… clicked 12×, TypeError: Cannot read properties of undefined (reading 'paymentMethod') "
    "in checkout/confirm.js of shop-web 2.31.0",
    "주문 확인하고 결제하… 12번 클릭, 결제 수단을 불러오지 못했습니다. "
    "잠시 후 다시 시도하거나 다른 결제 수단을 선택해 주세요. (오류 코드 E8334)",
    "Buy clicked, " + "x" * 100,
)


@pytest.mark.parametrize("width", [400, 480, 640, 800])
@pytest.mark.parametrize("caption", CAPTIONS)
def test_a_long_caption_is_shown_to_its_end(width, caption):
    scale = Scale(width)
    lines = wrapped(caption, font(scale.text), width - 130, MOST_LINES)
    assert "".join(lines).replace(" ", "") == caption.replace(" ", "")
    assert all(font(scale.text).getlength(line) <= width - 130 for line in lines)
    short, long = Strip(scale, "Buy clicked", ()), Strip(scale, caption, ())
    assert short.height == scale.strip < long.height
    assert long.height % 2 == 0
    assert long.at(0, "0:00 / 0:09").shape == (long.height, width)


def test_a_word_that_fits_in_a_line_is_not_broken():
    writing = font(20)
    room = round(writing.getlength("cart is undefine"))
    assert wrapped("cart is undefined", writing, room, MOST_LINES) == ["cart is", "undefined"]
    broken = wrapped("cart is_undefined_in_all_of_the_shop", writing, room, MOST_LINES)
    assert "".join(broken) == "cart is_undefined_in_all_of_the_shop"
    assert len(broken[0]) > len("cart")


def test_a_caption_that_never_ends_is_cut_off():
    lines = wrapped("word " * 400, font(20), 300, MOST_LINES)
    assert len(lines) == MOST_LINES
    assert lines[-1].endswith("…")
    assert [*map(str.split, lines[:-1])] == [["word"] * len(line.split()) for line in lines[:-1]]


def test_the_caption_of_a_phone_can_be_read_where_it_is_shown_small():
    """A clip is shown about 360 px wide, whatever its width is."""
    for width in (400, 480, 800):
        assert Scale(width).text * 360 / width >= 9
    assert Scale(480).text * 360 / 480 >= 12


def test_korean_is_written_in_korean_letters():
    assert korean_font() is not None
    glyphs = {bytes(font(20).getmask(letter)) for letter in ("한", "글", "\U0010fffd")}
    assert len(glyphs) == 3  # each its own, and none the box that stands for a missing one


def test_hostile_text_is_one_short_line():
    assert plain("a\nb\u202ec\x00d\t e") == "a b c d e"
    writing = font(20)
    cut = fitted("TypeError: " * 50, writing, 300)
    assert cut.endswith("…")
    assert writing.getlength(cut) <= 300


@pytest.mark.parametrize("spot", [(-30, -30), (395, 195), (1e6, 1e6), (0, 0)])
def test_drawing_over_the_edge_is_cut_off(spot):
    canvas = pack(np.zeros((200, 400, 3), np.uint8))
    blend(canvas, badge("×5", 20, (229, 57, 53)), *spot)
    assert canvas.shape == (200, 400)
    assert (canvas >> 24 == 0).all()


@pytest.mark.parametrize(
    ("viewport", "size"),
    [
        ((1280, 720), Size(800, 450)),
        ((390, 844), Size(480, 880)),
        ((10_000, 50), Size(800, 4)),
        ((300, 300), Size(800, 800)),
    ],
)
def test_the_clip_fits_the_page(viewport, size):
    assert fitted_size(*viewport, 800) == size


class Counted(Sequence):
    """A sequence that counts how often somebody looks into it."""

    def __init__(self, items):
        self.items, self.looks = list(items), 0

    def __len__(self):
        return len(self.items)

    def __getitem__(self, at):
        self.looks += len(range(*at.indices(len(self)))) if isinstance(at, slice) else 1
        return self.items[at]


def test_the_pages_of_a_long_recording_are_looked_up_and_not_gone_through():
    pages = Counted(range(0, 1_000_000, 10))
    found = clicks([click(at) for at in range(0, 1_000_000, 10_000)], 5000, pages)
    assert [one.until_ms for one in found[:2]] == [10, 10_010]
    assert pages.looks < 100 * 20


def test_its_clicks_and_touches_are_looked_up_for_a_frame_and_not_gone_through():
    shown = painter(Counted(clicks([click(at) for at in range(0, 1_000_000, 100)], 5000)))
    shown.touches = Counted((at, at + 50) for at in range(0, 1_000_000, 100))
    for at in range(0, 1_000_000, 10_000):
        looks = shown.looks(FramePlan(at, 100), 0, (200.0, 100.0), np.zeros((200, 400), np.uint32))
        assert (looks.age, looks.pointer is not None) == (0, True)
    assert shown.clicks.looks < 100 * 50
    assert shown.touches.looks < 100 * 30


@pytest.mark.parametrize("odd", [10**400, -(10**400), [], None, "1", math.inf, math.nan])
def test_a_click_without_a_place_is_not_marked(odd):
    assert [one.at_ms for one in clicks([click(0, odd), click(9, 5, odd), click(20)], 5000)] == [20]
