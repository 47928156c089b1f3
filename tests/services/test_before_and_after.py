"""Which two sessions stand side by side before and after a fix: what differs should be the fix."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bot.kernel.locale import Locale
from bot.replay.model import Masks, Style, Window
from bot.replay.side_by_side import Panel
from bot.services.clips import render_side_by_side
from bot.services.clips.before_and_after import comparable
from bot.services.clips.choose_clip import FALLBACKS
from bot.services.clips.clip_settings import ClipSettings
from bot.services.clips.jobs import FallbackSession
from bot.services.clips.show_side_by_side import SessionPanel
from tests.replay.test_choice import moment

BEFORE = [
    moment("phone 1", device="Mobile"),
    moment("phone 2", device="Mobile"),
    moment("desk 1", device="Desktop"),
    moment("desk 2", device="Desktop"),
]


def test_the_most_typical_session_on_a_kind_of_device_that_was_used_since_comes_first() -> None:
    first, second, *_ = comparable(BEFORE, [moment("after", device="desktop")])
    assert (first.session_id, second.session_id) == ("desk 1", "desk 2")
    assert comparable(BEFORE, [moment("after", device="Mobile")])[0].session_id == "phone 1"


def test_where_nobody_used_such_a_device_since_it_is_the_most_typical_of_all() -> None:
    assert comparable(BEFORE, [moment("after", device="Tablet")])[0].session_id == "phone 1"


def test_a_whole_replay_goes_before_one_on_the_same_kind_of_device() -> None:
    broken = moment("desk 0", device="Desktop", complete=False)
    assert comparable([*BEFORE[:2], broken], [moment("after", device="Desktop")])[0].session_id == "phone 1"


def test_there_are_a_few_spare_ones() -> None:
    many = [moment(f"phone {n}", device="Mobile") for n in range(20)]
    assert len(comparable(many, [moment("after")])) == 1 + FALLBACKS


async def test_the_picture_names_a_day_of_another_year_with_its_year(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[Panel] = []

    async def draw(panels: list[Panel], **_: object) -> None:
        drawn.extend(panels)

    async def settings(*_: str) -> tuple[ClipSettings, int]:
        return ClipSettings(), 0

    monkeypatch.setattr(render_side_by_side, "render_side_by_side", draw)
    now = datetime(2027, 1, 4, tzinfo=UTC)
    context = SimpleNamespace(
        records=SimpleNamespace(settings=settings), style=Style(), masks=Masks(), pool=None, clock=lambda: now
    )
    asked = SimpleNamespace(locale=Locale.of(), channel="C1")
    sessions = [
        SessionPanel(FallbackSession("s", at, "", moment("s")), mark, cast("Any", None), Window(0, 1), "")
        for at, mark in ((datetime(2026, 12, 30, tzinfo=UTC), "Before"), (now, "After"))
    ]
    job, progress = cast("Any", SimpleNamespace(team="T1")), cast("Any", None)
    await render_side_by_side._rendered(cast("Any", context), cast("Any", asked), job, sessions, progress)
    assert ["2026" in drawn[0].label, "2027" in drawn[1].label] == [True, False]
