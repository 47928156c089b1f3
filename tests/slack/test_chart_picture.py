"""The chart as a picture, as a line, and in words."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bot.kernel.locale import Locale
from bot.replay.fonts import korean_font
from bot.signals.chart import ChartData, rounded_up, steps_of
from bot.signals.question import Signal
from bot.slack.chart_picture import COLOURS, OTHERS, alt_text, colours, picture, sparkline


def bars(*values: int, title: str = "Signals on “구매 버튼”") -> ChartData:
    labels = tuple(f"Mon {n}" for n in range(len(values)))
    rows = tuple((value, 2 * value) for value in values)
    return ChartData("signals", title, ("분노 클릭", "dead clicks"), (Signal.RAGE, Signal.DEAD), labels, labels, rows)


def pixels(made: bytes) -> Image.Image:
    return Image.open(io.BytesIO(made)).convert("RGB")


def share(image: Image.Image, colour: tuple[int, int, int]) -> int:
    return sum(count for count, each in image.getcolors(1 << 24) if each == colour)  # type: ignore[union-attr]


def test_the_areas_of_the_picture_are_in_proportion() -> None:
    image = pixels(picture(bars(10, 30, 60), Locale.of("en")))
    rage, dead = share(image, COLOURS[Signal.RAGE]), share(image, COLOURS[Signal.DEAD])
    assert image.size == (1200, 540)
    assert dead / rage == pytest.approx(2, rel=0.05)


def test_korean_is_drawn_with_its_own_glyphs() -> None:
    assert korean_font()
    one, other = (picture(bars(1, 2, title=title), Locale.of("ko")) for title in ("구매", "결제"))
    assert one != other


def test_it_is_small_enough_to_send() -> None:
    assert len(picture(bars(*range(20)), Locale.of("en"))) < 40_000


def test_the_words_name_the_highest_bar_and_the_sum() -> None:
    assert alt_text(bars(1, 20, 3), Locale.of("en")).endswith("as bars: 72 in all, most on Mon 1 with 60.")
    assert "가장 많은 때는 Mon 1" in alt_text(bars(1, 20, 3), Locale.of("ko"))


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=20))
def test_the_line_has_a_block_for_every_bar_and_the_highest_is_highest(values: list[int]) -> None:
    line = sparkline(bars(*values))
    assert len(line) == len(values)
    if max(values) > 2:
        assert line[values.index(max(values))] == "█"


@given(st.integers(0, 10**9))
def test_a_scale_ends_at_a_round_number_just_above(value: int) -> None:
    top = rounded_up(value)
    assert value <= top <= max(4, 2.5 * value)


@given(st.integers(0, 10**9))
def test_every_step_of_a_scale_is_a_whole_number(value: int) -> None:
    top = rounded_up(value)
    assert top % steps_of(top) == 0
    assert steps_of(top) >= min(top, 3)


def test_a_colour_belongs_to_a_signal_and_not_to_its_place() -> None:
    chart = replace(bars(1, 2), keys=(Signal.DEAD, "signals"))
    assert colours(chart) == [COLOURS[Signal.DEAD], OTHERS[1]]
    alone = replace(chart, names=("오류 클릭",), keys=(Signal.ERROR,), values=((1,), (2,)))
    image = pixels(picture(alone, Locale.of("en")))
    assert share(image, COLOURS[Signal.ERROR]) > 1000
    assert share(image, COLOURS[Signal.RAGE]) == 0
