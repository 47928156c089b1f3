"""List, caption, transcript and reason of a session say the same of it, whichever source it comes from."""

from __future__ import annotations

import re
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.kernel.clock import Clock
from bot.kernel.locale import Locale
from bot.providers.datadog.http.client import Client
from bot.providers.datadog.http.site import Site
from bot.providers.datadog.rum.datadog_source import DatadogSource
from bot.providers.local.event_store import EventStore
from bot.providers.local.local_source import LocalSource
from bot.replay.model import ClipText
from bot.replay.script.choice import Choice, choose
from bot.replay.script.transcript import clicks_text, clip_text, short
from bot.services.clips.jobs import RenderClipJob
from bot.services.clips.render_clip import window_of
from bot.services.clips.windows import pickable
from bot.services.questions.with_context import answer_with_context
from bot.signals.question import Period, Question
from bot.signals.source import Moment, Source
from standins.datadog.datadog_server import running
from standins.datadog.recorded_sessions import add
from standins.datadog.world import World

ENGLISH = Locale.of("en")
RECORDED = Path(__file__).parents[1] / "recordings" / "datadog"
SDK_6, SDK_7 = "sdk-6.33.0-shop-v1", "sdk-7.16.2-shop-paired-rrweb"


@pytest.fixture(params=["local", "datadog"])
async def source(request: pytest.FixtureRequest, sample: Path, tmp_path: Path, clock: Clock) -> AsyncIterator[Source]:
    """The sample week with its recorded sessions; or a Datadog with two that its own SDK recorded."""
    async with AsyncExitStack() as stack:
        if request.param == "local":
            store = await EventStore.open(Path(shutil.copytree(sample, tmp_path / "rum")), clock=clock)
            stack.push_async_callback(store.close)
            yield LocalSource(store)
        else:
            world = World(clock=clock)
            for name in (SDK_6, SDK_7):
                add(world, RECORDED / name, clock() - timedelta(minutes=2))
            url = await stack.enter_async_context(running(world))
            opened = Client.opened(Site(url=url), world.api_key, world.app_key)
            yield DatadogSource(await stack.enter_async_context(opened), "secret", clock)


async def test_every_session_has_one_story(source: Source, now: datetime) -> None:
    question = Question(Period(now - timedelta(days=14), now))
    moments = await source.moments(question, [], limit=100)
    answer = await answer_with_context(source, question, [])
    listed = {moment.session_id: moment for moment in pickable(moments)}
    choices = choose(moments, ENGLISH, answer, most=100)
    assert {choice.moment.session_id for choice in choices} >= set(listed)
    assert len(listed) >= 2
    for choice in choices:
        shown = choice.moment
        assert clicks_text(shown, ENGLISH) in choice.reason
        if row := listed.get(shown.session_id):
            assert (row.at, row.clicks, row.signals) == (shown.at, shown.clicks, shown.signals)
            assert row.error == short(shown.error, 140)
        tells_of(shown, choice, await words_of(source, choice))


async def words_of(source: Source, choice: Choice, **window: Any) -> ClipText:
    moment = choice.moment
    job = RenderClipJob(
        team="T1",
        question="q",
        id="c",
        session=moment.session_id,
        at=moment.at,
        reason=choice.reason,
        moment=moment,
        **window,
    )
    recording, around = window_of(await source.recording(moment.session_id), job, 15_000)
    return clip_text(recording, around, ENGLISH)


def tells_of(moment: Moment, choice: Choice, words: ClipText) -> None:
    """The words of a clip, against what the list shows of the session and why it was chosen."""
    clicked = re.search(r" clicked(?: ([\d,]+)×)?", words.caption)
    assert clicked, words.caption
    number = int(clicked[1] or 1)
    assert moment.clicks in (0, number)
    name = words.caption[: clicked.start()]
    line = f"clicks {name} ×{number}" if number > 1 else f"clicks {name}"
    assert line in [each.text for each in words.transcript]
    assert words.caption in words.alt_text
    if moment.error:
        error = short(moment.error, 90)
        assert error in choice.reason
        assert error.rstrip("…") in words.caption
        assert error.rstrip("…") in " ".join(each.text for each in words.transcript)


async def test_a_moved_window_tells_the_same_story_as_long_as_the_click_is_in_it(source: Source, now: datetime) -> None:
    moments = await source.moments(Question(Period(now - timedelta(days=14), now)), [], limit=100)
    choice = choose(moments, ENGLISH)[0]
    at = await clicked_ms(source, choice)
    first = await words_of(source, choice)
    moved = await words_of(source, choice, start_ms=max(0, at - 8_000), end_ms=at + 12_000)
    assert moved.caption.split(",")[0] == first.caption.split(",")[0]
    tells_of(choice.moment, choice, moved)


async def clicked_ms(source: Source, choice: Choice) -> int:
    """When the click was, in ms from the first event of the recording."""
    job = RenderClipJob(
        team="T1", question="q", id="c", session=choice.moment.session_id, at=choice.moment.at, reason=""
    )
    _, around = window_of(await source.recording(choice.moment.session_id), job, 15_000)
    assert around.failed_ms is not None
    return around.failed_ms
