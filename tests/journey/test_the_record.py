"""The post-mortem from the first question to what the company reads, with people writing in between."""

from __future__ import annotations

import io
import zipfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from unicodedata import normalize

import pytest
from pypdf import PdfReader
from redis.asyncio import Redis

from bot.backlog.request import RequestState
from bot.backlog.ticket import Status
from bot.kernel.clock import Clock
from bot.notebook.cell_data import FollowUps
from bot.notebook.head import DocumentStatus
from bot.notebook.impact import DraftedSummary, Impact
from bot.notebook.key_times import KeyTimeKind
from bot.notebook.notebook import Notebook, digest
from standins.confluence.confluence_server import running_confluence
from standins.confluence.confluence_world import ConfluenceWorld
from tests.handlers.house import JISOO, MINA, House, has, open_house, until
from tests.handlers.patience import patient
from tests.handlers.test_fix_check import checked, moved, request_of, visited
from tests.handlers.test_notebooks import QUESTION, added, notebook
from tests.handlers.test_postmortem_command import commanded, told
from tests.handlers.walking import quiet
from tests.providers.confluence.site import settings_of

Json = dict[str, Any]


@dataclass
class Walk:
    """One bot with its worker, and a Confluence site that it may publish on."""

    house: House
    world: ConfluenceWorld

    @property
    def address(self) -> str:
        return f"http://{self.house.settings.host}:{self.house.settings.port}"

    async def sends(self, path: str, **form: str) -> tuple[int, str]:
        async with self.house.session.post(f"{self.address}{path}", data=form, allow_redirects=False) as answer:
            return answer.status, await answer.text()

    async def gets(self, path: str) -> bytes:
        async with self.house.session.get(f"{self.address}{path}") as answer:
            assert answer.status == 200, await answer.text()
            return await answer.read()


@pytest.fixture
async def walk(tmp_path: Path, sample: Path, redis: Redis, redis_server: str, clock: Clock) -> AsyncIterator[Walk]:
    world = ConfluenceWorld()
    async with running_confluence(world) as url:
        providers = (settings_of(world, url),)
        with patient():
            async with open_house(tmp_path, sample, redis_server, clock, worker=True, providers=providers) as house:
                yield Walk(house, world)


async def test_the_record_writes_itself_and_people_have_the_last_word(walk: Walk) -> None:
    house = walk.house
    said = await house.ask(QUESTION)
    await gets_a_clip(house, said)
    await added(house, said)
    await corrects_a_key_time(walk)
    await two_people_write(walk)
    await the_owner_promises(house, said)
    await the_fix_helps(house, said)
    await is_reviewed_and_published(walk)
    await is_taken_away(walk)
    await is_read_on_confluence(walk)


async def gets_a_clip(house: House, said: Json) -> None:
    await house.press(said, "clip.make")
    clip = await house.reply(said["ts"], lambda it: has(it, "clip.window"))
    await house.press(clip, "notebook.clip")
    await house.reply(said["ts"], lambda it: "/notebooks/" in str(it.get("blocks")))


async def corrects_a_key_time(walk: Walk) -> None:
    """The span that is counted is the corrected one, and no later count proposes over it."""
    kept = await until(lambda: with_facts(walk.house))
    proposed = kept.key_times.of(KeyTimeKind.IMPACT_START)
    assert proposed
    assert proposed.at
    earlier = proposed.at - timedelta(minutes=30)
    path = f"{kept.path}/keytimes/impact_start"
    assert (await walk.sends(path, name="Mina", seen="", at=earlier.isoformat()))[0] == 303
    assert (await walk.sends(path, name="Jisoo", seen="", at=proposed.at.isoformat()))[0] == 409

    async def counted_anew() -> bool:
        impact = impact_of(await notebook(walk.house))
        return bool(impact and impact.start == earlier)

    await until(counted_anew)


async def two_people_write(walk: Walk) -> None:
    """One adds to the cause, both rewrite the summary: the second is told, and neither is written over."""
    kept = await notebook(walk.house)
    cause = next(cell for cell in kept.cells if cell.section == "cause")
    form = {"name": "Jisoo", "text": "The cart was read before it was there.", "after": cause.id, "key": "cause-1"}
    assert (await walk.sends(f"{kept.path}/cells", **form))[0] == 303
    summary = kept.managed(DraftedSummary.marker)
    assert summary
    path, seen = f"{kept.path}/cells/{summary.id}", digest(summary.markdown)
    assert (await walk.sends(path, name="Mina", text="Nobody could buy for an hour.", seen=seen))[0] == 303
    status, page = await walk.sends(path, name="Jisoo", text="Buying failed.", seen=seen)
    assert status == 409
    assert "Nobody could buy for an hour." in page
    assert "Buying failed." in page


async def the_owner_promises(house: House, said: Json) -> None:
    await house.press(said, "backlog.ask")
    request = await house.reply(said["ts"], lambda it: has(it, "backlog.in_backlog"))
    await house.press(request, "backlog.in_backlog", user=JISOO.id)
    outcome = "Buy works at the first click"
    entered = {"outcome": {"outcome": outcome}, "due": {"due": "in two weeks"}}
    assert await house.submit(await house.modal(user=JISOO.id), entered, user=JISOO.id) == {"ok": True}
    await house.reply(said["ts"], lambda it: "SHOP-1" in it["text"] and it["ts"] != request["ts"])
    await house.say("Great, thank you", thread_ts=said["ts"])

    async def row_is_there() -> bool:
        kept = await notebook(house)
        return any(row.outcome == outcome and row.due for row in kept.follow_ups) and any(
            comment.text == "Great, thank you" for comment in kept.comments
        )

    await until(row_is_there)


async def the_fix_helps(house: House, said: Json) -> None:
    await moved(house, said, Status.DONE, ":checkered_flag:")
    await visited(house, 400, 0)
    assert (await checked(house, timedelta(hours=1))).state is RequestState.IMPROVED
    await house.reply(said["ts"], lambda it: "Improved" in str(it.get("blocks")))
    assert (await request_of(house)).check


async def is_reviewed_and_published(walk: Walk) -> None:
    house = walk.house
    await commanded(house, "status review @jisoo")
    await commanded(house, "publish", user=JISOO.id)
    await quiet(house.redis)
    kept = await notebook(house)
    assert [(each.status, each.who.id) for each in kept.head.history] == [
        (DocumentStatus.IN_REVIEW, MINA.id),
        (DocumentStatus.PUBLISHED, JISOO.id),
    ]
    assert len(await told(house, "published")) == 1
    cell = kept.managed(FollowUps.marker)
    assert cell
    assert "Improved" in cell.markdown


async def is_taken_away(walk: Walk) -> None:
    kept = await notebook(walk.house)
    words = ("Nobody could buy for an hour.", "The cart was read before it was there.", "Buy works at the first click")
    with zipfile.ZipFile(io.BytesIO(await walk.gets(f"{kept.path}.zip"))) as archive:
        text = archive.read(next(name for name in archive.namelist() if name.endswith("postmortem.md"))).decode()
        assert any(name.endswith(".gif") for name in archive.namelist())
    pdf = PdfReader(io.BytesIO(await walk.gets(f"{kept.path}.pdf")))
    # A ligature is one letter in a PDF's text.
    printed = normalize("NFKC", " ".join(" ".join(page.extract_text() for page in pdf.pages).split()))
    for each in words:
        assert each in text
        assert each in printed, printed


async def is_read_on_confluence(walk: Walk) -> None:
    """Published twice it is one page, and what somebody wrote there is still there."""
    kept = await notebook(walk.house)
    assert (await walk.sends(f"{kept.path}/publish/confluence"))[0] == 200
    [page] = [page for page in walk.world.pages.values() if page.id != walk.world.home]
    assert "Nobody could buy for an hour." in page.body
    page.body += "<p>Read by the support team.</p>"
    assert (await walk.sends(f"{kept.path}/publish/confluence"))[0] == 200
    [page] = [page for page in walk.world.pages.values() if page.id != walk.world.home]
    assert "Read by the support team." in page.body


def impact_of(kept: Notebook) -> Impact | None:
    cell = kept.managed(Impact.marker)
    return cell.data if cell and isinstance(cell.data, Impact) else None


async def with_facts(house: House) -> Notebook | None:
    kept = await notebook(house)
    return kept if impact_of(kept) and kept.managed(DraftedSummary.marker) else None
