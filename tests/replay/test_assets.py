"""Files of allowed origins come through us, and from public addresses only."""

import asyncio
import io

import numpy as np
import pytest
from PIL import Image

from bot.replay.stage import stage_page
from bot.replay.stage.assets import NotAllowed, assets_in, fetched, named_in, public_address
from bot.replay.stage.browser import find_browser
from bot.replay.stage.stage import Stage
from bot.replay.stage.stage_page import Asset
from tests.replay.pages import Page, events

LATE_S = 1.5
ORIGIN = "https://cdn.example"


def picture(*colour: int) -> bytes:
    output = io.BytesIO()
    Image.new("RGB", (640, 360), colour).save(output, "PNG")
    return output.getvalue()


def page_with(source: str) -> list:
    page = Page()
    style = "position:absolute;left:0;top:0"
    return events(page.document([], [page.element("img", {"src": source, "style": style})]))


async def pixel(recorded: list, assets: dict[str, Asset], origins: tuple[str, ...]) -> tuple[int, ...]:
    stage = await Stage.open(*find_browser(), origins=origins)
    stage.gate.assets = assets
    await stage.load(recorded, 640, 360)
    await stage.start([1000])
    shown = np.asarray(Image.open(io.BytesIO(await stage.shot())).convert("RGB"))
    await stage.close()
    return tuple(int(value) for value in shown[180, 320])


async def test_a_file_that_was_fetched_is_shown():
    asset = {f"{ORIGIN}/a.png": Asset(picture(0, 200, 0), "image/png")}
    assert await pixel(page_with(f"{ORIGIN}/a.png"), asset, (ORIGIN,)) == (0, 200, 0)


async def test_a_file_that_a_busy_machine_gives_late_is_shown(monkeypatch):
    at_once, later = stage_page._forget, asyncio.get_running_loop().call_later
    monkeypatch.setattr(stage_page, "_forget", lambda *answer: later(LATE_S, at_once, *answer))
    asset = {f"{ORIGIN}/a.png": Asset(picture(0, 200, 0), "image/png")}
    assert await pixel(page_with(f"{ORIGIN}/a.png"), asset, (ORIGIN,)) == (0, 200, 0)


async def test_a_file_of_an_origin_that_is_not_allowed_is_not_shown():
    asset = {f"{ORIGIN}/a.png": Asset(picture(0, 200, 0), "image/png")}
    assert await pixel(page_with(f"{ORIGIN}/a.png"), asset, ()) != (0, 200, 0)


def test_only_allowed_origins_are_asked():
    recorded = page_with(f"{ORIGIN}/a.png") + page_with("https://cdn.example.evil.test/b.png")
    assert named_in(recorded, [ORIGIN + "/"]) == [f"{ORIGIN}/a.png"]


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "192.168.0.9", "169.254.169.254", "::1", "fd00::1", "::ffff:127.0.0.1", "0.0.0.0"],
)
def test_private_addresses_are_refused_after_resolution(address):
    with pytest.raises(NotAllowed):
        public_address("cdn.example", 443, lambda host, port: ["93.184.215.14", address])


async def test_an_allowed_origin_on_loopback_is_still_refused(listener):
    with pytest.raises(NotAllowed):
        fetched(f"{listener.origin}/a.png")
    assert await assets_in(page_with(f"{listener.origin}/a.png"), [listener.origin]) == {}
    assert listener.heard == []
