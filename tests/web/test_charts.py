"""Bars stand on the floor, below a round number, and a phone has room for their labels."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.kernel.locale import Locale
from bot.kernel.paths import ROOT, TEMPLATES
from bot.notebook.cell_data import Bar, Chart
from bot.signals.chart import rounded_up
from bot.slack.chart_picture import COLOURS
from bot.web.charts import COLOURS as COLOURS_OF_PAGE
from bot.web.charts import LABELS, TOP, Drawing, cell_chart, drawn
from tests.notebook.examples import NOON

SEOUL = Locale.of("en", "Asia/Seoul")


def drawing(cell: Chart, locale: Locale = SEOUL) -> Drawing:
    return drawn(cell_chart(cell, locale), locale)


counts = st.dictionaries(st.sampled_from(["rage_click", "dead_click", "error_click", "other"]), st.integers(0, 10**7))


@given(st.lists(counts, max_size=60))
def test_every_bar_fits_and_adds_up(series: list[dict[str, int]]) -> None:
    bars = tuple(Bar(NOON + timedelta(hours=at), each) for at, each in enumerate(series))
    made = drawing(Chart("x", bars, 3600))
    assert len(made.columns) == len(bars)
    assert sum(column.labelled for column in made.columns) <= LABELS
    for column in made.columns:
        assert made.left <= column.x
        assert column.x + column.width <= made.right
        assert all(TOP - 1 <= part.y <= made.floor for part in column.parts)


def test_parts_are_stacked_from_the_floor() -> None:
    bar = Bar(NOON, {"rage_click": 50, "error_click": 50})
    rage, error = drawing(Chart("x", (bar,))).columns[0].parts
    assert rage.y == error.y + error.height
    assert rage.y + rage.height == drawing(Chart("x", (bar,))).floor
    assert (rage.style, error.y) == ("rage_click", TOP)


@pytest.mark.parametrize(("value", "top"), [(0, 1), (1, 1), (3, 3), (5, 5), (6, 8), (11, 20), (450, 500), (801, 1000)])
def test_a_scale_ends_at_a_round_number(value: int, top: int) -> None:
    assert rounded_up(value) == top


def test_on_a_phone_a_label_is_left_out_only_where_there_is_no_room() -> None:
    days = tuple(Bar(NOON + timedelta(days=day), {"rage_click": 1}) for day in range(7))
    few = drawing(Chart("x", days[:3], 86_400))
    assert [(column.label, column.minor) for column in few.columns] == [
        ("Mon 23", False),
        ("Tue 24", False),
        ("Wed 25", False),
    ]
    many = drawing(Chart("x", days, 86_400), Locale.of("ko", "Asia/Seoul"))
    assert [column.minor for column in many.columns] == [False, True, False, True, False, True, False]


@pytest.mark.parametrize(
    ("first", "hours", "labels"),
    [
        (0, 33, ["Mon 23", "06:00", "12:00", "18:00", "Tue 24", "06:00"]),
        (10, 40, ["12:00", "18:00", "Tue 24", "06:00", "12:00", "18:00", "Wed 25"]),
        (9, 8, ["09:00", "10:00", "11:00", "12:00", "13:00", "14:00", "15:00", "16:00"]),
        (0, 24, ["00:00", "03:00", "06:00", "09:00", "12:00", "15:00", "18:00", "21:00"]),
    ],
)
def test_hours_have_labels_where_people_look_for_them_and_a_new_day_its_name(
    first: int, hours: int, labels: list[str]
) -> None:
    monday = datetime(2026, 11, 23, first, tzinfo=SEOUL.zone)
    bars = tuple(Bar(monday + timedelta(hours=at), {"rage_click": 1}) for at in range(hours))
    assert [column.label for column in drawing(Chart("x", bars, 3600)).columns if column.labelled] == labels


def test_a_legend_names_only_signals_that_were_counted() -> None:
    """A question about rage clicks has no dead clicks to show, not even none."""
    bars = (Bar(NOON, {"rage_click": 2}), Bar(NOON + timedelta(hours=1), {"rage_click": 1}))
    assert [heading for _style, heading in drawing(Chart("x", bars, 3600)).legend] == ["Rage clicks"]


def test_the_scale_has_room_for_its_numbers() -> None:
    small, large = (drawing(Chart("x", (Bar(NOON, {"rage_click": n}),))) for n in (9, 12_000_000))
    assert small.left < large.left
    assert large.columns[0].x > large.left >= len("20,000,000") * 13


def test_days_are_named_as_where_they_were_asked_for_and_hours_as_the_reader_has_them() -> None:
    midnight = datetime(2026, 11, 23, tzinfo=ZoneInfo("Asia/Seoul"))
    new_york = Locale.of("en", "America/New_York")

    def label(bar_s: int) -> str:
        return drawing(Chart("x", (Bar(midnight, {}),), bar_s, "Asia/Seoul"), new_york).columns[0].when

    assert label(86_400) == "Mon, Nov 23"
    assert label(3_600) == "Sun, Nov 22 10:00 EST"


def test_a_signal_has_one_colour_on_our_pages_in_the_workspace_and_in_pictures() -> None:
    """Slack's own charts choose theirs; the workspace that stands in for it shows ours, in the order of the series."""
    pages, workspace = (
        path.read_text().partition("prefers-color-scheme: dark")[::2]
        for path in (TEMPLATES / "web" / "page.css", ROOT / "standins" / "slack" / "static" / "base.css")
    )
    for ours, theirs in zip(pages, workspace, strict=True):
        for name, number in (("rage", 0), ("dead", 1), ("error", 2)):
            [colour] = re.findall(rf"--c{number}: (#\w+);", theirs)
            assert re.findall(rf"--{name}: (#\w+);", ours)[0] == colour
    painted = [f"#{red:02x}{green:02x}{blue:02x}" for red, green, blue in COLOURS.values()]
    assert painted == [re.findall(rf"--{name}: (#\w+);", pages[0])[0] for name in ("rage", "dead", "error")]


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("sheet", "grounds", "names"),
    [
        (TEMPLATES / "web" / "page.css", ("paper", "raised"), ("rage", "dead", "error", "c0", "c1", "c2", "quiet")),
        (
            ROOT / "standins" / "slack" / "static" / "base.css",
            ("raised", "ground"),
            ("field", *(f"c{n}" for n in range(12))),
        ),
    ],
    ids=["pages", "workspace"],
)
def test_bars_and_fields_stand_out(sheet: Path, grounds: tuple[str, ...], names: tuple[str, ...], scheme: str) -> None:
    """WCAG 1.4.11: 3:1 at least for what has to be seen to understand."""
    light, dark = (dict(re.findall(r"--([\w-]+): (#\w{6});", part)) for part in sheet.read_text().split("@media")[:2])
    colours = light if scheme == "light" else light | dark
    pale = [name for name in names for ground in grounds if contrast(colours[name], colours[ground]) < 3]
    assert pale == []


def test_an_empty_chart_is_drawn_too() -> None:
    assert drawing(Chart("x", ())).highest is None


def test_a_chart_says_whose_days_it_has_only_where_they_are_not_the_readers() -> None:
    days = Chart("x", (Bar(NOON, {}), Bar(NOON + timedelta(days=1), {})), 86_400, "Asia/Seoul")
    assert cell_chart(days, SEOUL).note == ""
    assert cell_chart(days, Locale.of("en", "UTC")).note == "days in Asia/Seoul"


def test_every_colour_that_a_chart_may_ask_for_is_in_the_style_sheet() -> None:
    css = (TEMPLATES / "web" / "page.css").read_text()
    for at in range(COLOURS_OF_PAGE):
        assert f"rect.c{at} " in css


def test_only_a_fix_that_improved_things_has_a_green_badge() -> None:
    rules = re.findall(r"([^{}]+)\{([^{}]*)\}", (TEMPLATES / "web" / "page.css").read_text())
    green = {each for names, rule in rules if "--good)" in rule for each in re.findall(r"state-(\w+)", names)}
    assert green == {"improved"}
