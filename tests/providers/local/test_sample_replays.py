"""The sample's week and its recorded sessions tell one story: whatever is asked about Buy finds a replay that shows it,
or there is none, which the recordings themselves say."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.kernel.ids import as_uuid
from bot.kernel.page_path import page_path
from bot.providers.local.event_store import EventStore
from bot.providers.local.local_source import LocalSource
from bot.providers.local.sample import load_sample
from bot.providers.local.sample.recorded import FOLDER
from bot.providers.local.sample.shop import AFTER, TENT
from bot.providers.local.sample.story import week_start
from bot.replay.detect.detector import detect
from bot.replay.read_recording import read
from bot.signals.answer import TargetMatch
from bot.signals.question import ALL_SIGNALS, GroupBy, Period, Question, Signal

NOW = datetime(2026, 11, 17, 11, 30, tzinfo=ZoneInfo("Asia/Seoul"))
BUY = ("Buy", "구매하기")
MATCHED = [TargetMatch(name) for name in BUY]
ASKED = Question(Period(week_start(NOW), NOW, "week"), target="buy")


@dataclass(frozen=True)
class Shown:
    """A press of Buy that a recording shows failing."""

    session: str
    page: str
    target: str
    error: str
    signals: tuple[Signal, ...]
    version: str
    browser: str
    device: str
    country: str


def _recorded_failures() -> list[Shown]:
    """What the files say, whatever the store makes of them."""
    shown = []
    for path in sorted(FOLDER.glob("*.json.gz")):
        sent: dict[str, Any] = json.loads(gzip.decompress(path.read_bytes()))
        meta = sent["meta"]
        place = (meta["version"], meta["browser"], meta["device"].title(), meta["country"])
        for action in detect(read([path.read_bytes()])):
            if action.types and action.name in BUY:
                page = page_path(action.view_href)
                shown.append(Shown(as_uuid(sent["session"]), page, action.name, action.error, action.types, *place))
    return shown


SHOWN = _recorded_failures()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample")

    async def load() -> None:
        store = await EventStore.open(folder, clock=lambda: NOW)
        await load_sample(store, NOW)
        await store.close()

    asyncio.run(load())
    return folder


@pytest.fixture
async def store(folder: Path) -> AsyncIterator[EventStore]:
    store = await EventStore.open(folder, clock=lambda: NOW)
    yield store
    await store.close()


async def test_each_page_target_and_error_of_the_incident_is_shown_by_a_recorded_session(store: EventStore) -> None:
    failures = await store.query(
        """SELECT DISTINCT actions.view_path, target, message FROM actions JOIN errors ON errors.action_id = actions.id
        WHERE NOT actions.derived AND list_contains($names, target)""",
        {"names": list(BUY)},
    )
    assert len(failures) >= 3
    assert set(failures) <= {(one.page, one.target, one.error) for one in SHOWN}
    pages = await store.query(
        "SELECT DISTINCT view_path, target FROM actions WHERE NOT derived AND list_contains($names, target)",
        {"names": list(BUY)},
    )
    assert set(pages) == {(one.page, one.target) for one in SHOWN}


async def test_each_page_and_error_of_a_recorded_session_is_in_the_week(store: EventStore) -> None:
    """Of every session, not of those alone that are about Buy; and all come from the same application."""
    wrong = """SELECT view_path, coalesce(message, '') FROM actions LEFT JOIN (SELECT action_id, message FROM errors)
        ON action_id = actions.id WHERE (rage_click OR dead_click OR error_click) AND """
    recorded, generated = await store.query(f"{wrong} derived"), await store.query(f"{wrong} NOT derived")
    assert len(recorded) > 10
    assert set(recorded) <= set(generated)
    for columns in ("application, service, env", "country", "browser", "device", "version"):
        places = [await store.query(f"SELECT DISTINCT {columns} FROM actions WHERE {which}") for which in _HALVES]
        assert set(places[0]) <= set(places[1]), columns


_HALVES = ("derived", "NOT derived")


@pytest.mark.parametrize("by", [GroupBy.VIEW, GroupBy.VERSION, GroupBy.BROWSER, GroupBy.DEVICE, GroupBy.COUNTRY])
@pytest.mark.parametrize("signals", [ALL_SIGNALS, *((signal,) for signal in ALL_SIGNALS)], ids=lambda it: it[-1])
async def test_a_question_finds_a_replay_wherever_a_recording_shows_it(
    store: EventStore, by: GroupBy, signals: tuple[Signal, ...]
) -> None:
    source, replays = LocalSource(store), 0
    asked = replace(ASKED, signals=signals)
    groups = (await source.answer(replace(asked, group_by=by), MATCHED)).groups
    assert groups
    for group in groups:
        narrowed = replace(asked, view=group.label) if by is GroupBy.VIEW else replace(asked, filters={by: group.label})
        assert (await source.answer(narrowed, MATCHED)).counts.actions >= group.counts.actions
        moments = await source.moments(narrowed, MATCHED)
        expected = {one.session for one in SHOWN if set(signals) & set(one.signals) and _fits(one, by, group.label)}
        assert {moment.session_id for moment in moments} == expected
        assert all(moment.complete for moment in moments)
        replays += len(moments)
    assert replays


def _fits(one: Shown, by: GroupBy, value: str) -> bool:
    if by is GroupBy.VIEW:
        return one.page == value or one.page.startswith(f"{value}/")
    return value in {GroupBy.VERSION: one.version, GroupBy.BROWSER: one.browser, GroupBy.DEVICE: one.device}.get(
        by, one.country
    )


async def test_the_error_that_is_named_first_is_seen_in_a_replay(store: EventStore) -> None:
    """On every page where there is one, in the version that broke the button."""
    source = LocalSource(store)
    for page in sorted({one.page for one in SHOWN}):
        asked = replace(ASKED, view=page, filters={"version": AFTER})
        answer, moments = await source.answer(asked, MATCHED), await source.moments(asked, MATCHED)
        assert {top.message for top in answer.errors} <= {moment.error for moment in moments}
        assert moments


def test_a_click_is_on_the_page_where_it_was_made_also_when_it_leads_to_another() -> None:
    clicks = detect(read([(FOLDER / "healthy.json.gz").read_bytes()]))
    pages = {click.name: page_path(click.view_href) for click in clicks}
    assert (pages["Aurora Tent"], pages["Cart 1"], pages["Checkout"]) == ("/shop", TENT, "/shop/cart")
    assert pages["Place order"] == "/shop/checkout"
