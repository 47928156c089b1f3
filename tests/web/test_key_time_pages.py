"""The forms by which people correct key times, and what the page shows of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from redis.asyncio import Redis

from bot.files.file_store import HashedFiles
from bot.files.folder_store import FolderStore
from bot.kernel.locale import Locale
from bot.notebook.head import DocumentStatus
from bot.notebook.impact import DraftedSummary, Impact
from bot.notebook.key_time_edits import seen_of
from bot.notebook.key_times import KeyTime, KeyTimeKind, KeyTimes
from bot.notebook.merge import Change, Put, merge
from bot.notebook.notebook import Notebook
from bot.notebook.ports import change
from bot.notebook.timeline import Correction, Entry, EntryKind, noted
from bot.providers.local.local_notebooks import LocalNotebooks
from bot.state.redis_records import RedisRecords
from bot.web.charts import drawn
from bot.web.impact_marks import impact_chart, impact_marks, placed
from bot.web.key_time_pages import key_time_routes
from bot.web.notebook_pages import notebook_routes
from tests.notebook.examples import EVERYTHING, NOON, opened
from tests.notebook.test_drafted_summary import DRAFT, IMPACT, TIMES
from tests.web.served import PAGES, WORDS

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
START = KeyTimeKind.IMPACT_START


class Pages:
    def __init__(self, client: TestClient, store: LocalNotebooks, notebook: Notebook, told: list[Notebook]) -> None:
        self.client, self.store, self.notebook, self.told = client, store, notebook, told

    async def post(self, path: str, **form: str) -> tuple[int, str]:
        url = f"{self.notebook.path}/keytimes/{path}"
        async with self.client.post(url, data=form, allow_redirects=False) as response:
            return response.status, response.headers.get("Location", "") or await response.text()

    async def html(self) -> str:
        return await (await self.client.get(self.notebook.path)).text()

    async def times(self) -> KeyTimes:
        return (await self.store.get(self.notebook.id)).key_times

    async def held(self, kind: KeyTimeKind = START) -> KeyTime:
        time = (await self.times()).of(kind)
        assert time
        return time


@pytest.fixture(params=["en", "ko"])
async def pages(request: pytest.FixtureRequest, redis: Redis, tmp_path: Path) -> AsyncIterator[Pages]:
    store, told = LocalNotebooks(RedisRecords(redis)), list[Notebook]()

    async def changed(notebook: Notebook) -> None:
        told.append(notebook)

    app = web.Application()
    app.add_routes(PAGES.routes())
    app.add_routes(notebook_routes(store, HashedFiles(FolderStore(tmp_path)), WORDS, PAGES, now=lambda: NOON))
    app.add_routes(key_time_routes(store, WORDS, PAGES, now=lambda: NOON + 9 * HOUR, changed=changed))
    empty = opened(WORDS, request.param)
    puts: list[Change] = [
        Put(KeyTimes.marker, "timeline", TIMES, first=True),
        Put(Impact.marker, "impact", IMPACT, first=True),
        Put(DraftedSummary.marker, "summary", DraftedSummary(DRAFT), first=True),
        Entry("C1/1", NOON - HOUR, "*<b>SEV-2</b>* declared & <@U1>", "Erik"),
    ]
    notebook = await store.create(merge(empty, [*EVERYTHING, *puts], WORDS.for_notebook(empty)))
    async with TestClient(TestServer(app)) as client:
        yield Pages(client, store, notebook, told)


async def test_the_page_shows_times_reasons_durations_and_numbers(pages: Pages) -> None:
    html = await pages.html()
    for part in (
        "21:00 KST",
        "22:00 KST",
        "Mina Park",
        "SHOP-412",
        "1,408",
        "83%",
        "2.31.0",
        "118",
        "2,990",
        "/shop | cart",
    ):
        assert part in html
    assert '<g class="mark">' in html
    assert "&lt;b&gt;" not in html.split('name="other"')[1].split("</button>")[0], "a button shows plain words"
    assert "<b>SEV-2" not in html
    locale = Locale.of(pages.notebook.language)
    anew = locale.text("It is drafted anew when they change; once you edit it, it is yours.")
    assert f"{locale.text('Drafted from the facts.')} <span" in html
    assert anew in html
    assert html.count('class="editing correct"') == 5


async def test_a_moment_to_press_says_what_it_is(pages: Pages) -> None:
    """Words of the bot's own, a person's and a message's, and the time that the timeline shows."""
    question = "Buy, " + "please " * 20
    entries = (
        noted("asked", NOON + 65 * MINUTE, EntryKind.QUESTION, who="Mina", question=question),
        Entry("C1/2", NOON + 70 * MINUTE, "*Rolled back*", markdown=r"**Rolled back** to 2\_30"),
        Entry("C1/3", NOON, "As sent", corrected=Correction("Mina", "As *she* wrote", NOON + 75 * MINUTE)),
    )

    def with_entries(current: Notebook) -> Notebook:
        return merge(current, entries, WORDS.for_notebook(current))

    await change(pages.store, pages.notebook.id, with_entries)
    html = await pages.html()
    offered = [it.split("</button>")[0].split(">")[1] for it in html.split('<button name="other"')[1:]]
    said = [it.rpartition(" · ")[0] for it in offered]
    assert offered
    assert all(said), offered
    assert {"Rolled back to 2_30", "As she wrote"} <= set(said)
    assert any(it.endswith("…") and "Buy, please" in it and len(it) <= 40 for it in said)
    assert "..." not in "".join(said)


async def test_a_typed_time_is_kept_with_the_name_and_counted_again(pages: Pages) -> None:
    status, where = await pages.post("impact_start", name="Erik", seen="", at="20:45", how="typed")
    cell = (await pages.store.get(pages.notebook.id)).managed("keytimes")
    assert cell
    assert (status, where) == (303, f"{pages.notebook.path}#impact_start-{cell.id}")
    held = await pages.held()
    assert (held.at, held.set_by) == (NOON - timedelta(minutes=15), "Erik")
    assert [each.id for each in pages.told] == [pages.notebook.id]
    assert "Erik" in await pages.html()


async def test_another_moment_is_taken_by_one_press(pages: Pages) -> None:
    at = (NOON + 90 * timedelta(minutes=1)).isoformat()
    assert (await pages.post("detected", name="Erik", seen="", other=at, at="22:00"))[0] == 303
    assert (await pages.held(KeyTimeKind.DETECTED)).at == NOON + timedelta(minutes=90)


async def test_a_correction_is_set_back_by_one_press_without_a_name(pages: Pages) -> None:
    await pages.post("impact_start", name="Erik", seen="", at="20:45")
    seen = seen_of(await pages.times(), START)
    assert seen in (await pages.html()).replace("&#39;", "'")
    assert (await pages.post("impact_start/proposal", seen=seen))[0] == 303
    assert (await pages.times()) == pages.notebook.key_times
    assert len(pages.told) == 2
    assert (await pages.post("impact_start/proposal", seen=seen))[0] == 303, "pressed twice"
    assert len(pages.told) == 2


async def test_there_was_none_of_what_may_be_missing(pages: Pages) -> None:
    assert (await pages.post("fixed", name="Erik", seen="", at="21:00", how="none"))[0] == 303
    assert (await pages.held(KeyTimeKind.FIXED)).at is None
    status, _ = await pages.post("impact_start", name="Erik", seen="", at="20:45", how="none")
    assert status == 303
    assert (await pages.held()).at == NOON - timedelta(minutes=15), "an impact begins at some time"


async def test_of_two_who_correct_at_once_the_second_is_told(pages: Pages) -> None:
    await pages.post("impact_start", name="Erik", seen="", at="20:45")
    status, html = await pages.post("impact_start", name="Mina", seen="", at="20:30")
    assert status == 409
    locale = Locale.of(pages.notebook.language, "Asia/Seoul")
    assert "Erik" in html
    assert locale.moment(NOON - timedelta(minutes=15)) in html or "20:45" in html
    held = await pages.held()
    assert held.set_by == "Erik"


@pytest.mark.parametrize(
    ("path", "form", "status"),
    [
        ("impact_start", {"name": "Erik", "at": "soon"}, 400), ("impact_start", {"name": "Erik", "at": ""}, 400),
        ("impact_start", {"name": " ", "at": "20:45"}, 400), ("impact_end", {"name": "Erik", "at": "20:00"}, 400),
        ("detected", {"name": "Erik", "at": "2027-01-01 10:00"}, 400), ("dinner", {"name": "Erik", "at": "20:00"}, 404),
        ("dinner/proposal", {}, 404),
    ],
)  # fmt: skip
async def test_what_cannot_be_saved_is_said_and_changes_nothing(
    pages: Pages, path: str, form: dict[str, str], status: int
) -> None:
    assert (await pages.post(path, seen="", **form))[0] == status
    assert await pages.times() == pages.notebook.key_times
    assert pages.told == []


async def test_once_it_is_published_the_page_says_that_the_numbers_are_frozen(pages: Pages) -> None:
    def published(notebook: Notebook) -> Notebook:
        head = msgspec.structs.replace(notebook.head, status=DocumentStatus.PUBLISHED)
        return msgspec.structs.replace(notebook, head=head)

    locale = Locale.of(pages.notebook.language)
    assert locale.text("frozen when it was published") not in await pages.html()
    await change(pages.store, pages.notebook.id, published)
    assert locale.text("frozen when it was published") in await pages.html()


def test_marks_stand_where_their_moment_is() -> None:
    locale = Locale.of("en", "Asia/Seoul")
    chart = impact_chart(IMPACT, locale)
    drawing = drawn(chart, locale)
    marks = impact_marks(IMPACT, locale)
    assert [mark.text for mark in marks] == ["2.31.0 first seen", "Impact start", "Impact end"]
    assert [round(mark.at, 2) for mark in marks] == [5.97, 6.0, 11.0]
    shown = placed(marks, drawing, chart)
    assert all(drawing.left <= mark.x <= drawing.right for mark in shown)
    assert [mark.anchor for mark in shown] == ["start", "start", "end"]
    assert len({mark.y for mark in shown}) == 3
    assert all(mark.y < 0 for mark in shown)  # above everything that is drawn
