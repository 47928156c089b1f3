"""Takes the pictures in the README: runs the demo on fresh data, walks the journey, and keeps what it looks like.

.venv/bin/python scripts/take_pictures.py [FOLDER]     (docs/images by default)

The sample post-mortem is written on, reviewed and published on the way; its PDF goes beside the folder.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from playwright.async_api import Browser, Page, expect

from bot.kernel.clock import system_clock
from tests.browser import PATIENCE_MS, chromium
from tests.free_ports import free_port
from tests.journey.demo import Person, Place, demo

MINAS = ZoneInfo("America/New_York")
ROOT = Path(__file__).resolve().parents[1]


async def taken(folder: Path) -> None:
    expect.set_options(timeout=PATIENCE_MS)
    with tempfile.TemporaryDirectory() as data:
        place = Place(Path(data), free_port(), free_port(), _until_sunday_noon(system_clock().astimezone(MINAS)))
        async with demo(place), chromium() as browser:
            mina = await Person.at(browser, place)
            await mina.page.set_viewport_size({"width": 1440, "height": 1000})
            await mina.types("/replay frustration signals on buy button this week")
            await mina.presses("Clip of a typical session", within=mina.channel)
            await expect(mina.channel.get_by_text("1 reply").last).to_be_visible()
            await mina.opens_thread()
            clip = mina.thread.locator(".picture img").last
            await expect(clip).to_be_visible()
            await mina.presses("Add to post-mortem", within=mina.channel)
            await mina.presses("Ask the owner whether a fix is in the backlog", within=mina.channel)
            await mina.acts_as("Jisoo Han")
            await mina.presses("In the backlog…", within=mina.thread)
            await mina.page.get_by_role("dialog").get_by_role("button", name="확인").click()
            await expect(mina.thread.get_by_text("SHOP-1").last).to_be_visible()
            await mina.acts_as("Mina Park")
            await mina.page.wait_for_timeout(1500)
            await mina.page.screenshot(path=folder / "channel.png")
            await _keep(mina.page, str(await clip.evaluate("image => image.src")), folder / "clip.gif")
            link = mina.thread.locator("a[href*='/notebooks/']").last
            address = str(await link.get_attribute("href")).partition("#")[0]
            await _write_on(browser, address)
            await mina.types("/postmortem owner @mina")
            await mina.types("/postmortem status review @jisoo")
            await mina.acts_as("Jisoo Han")
            await mina.types("/postmortem publish")
            await expect(mina.channel.get_by_text("Mina Park").last).to_be_visible()
            await _notebook(browser, address, folder / "notebook.png")
            await _keep(mina.page, f"{address}.pdf", folder.parent / "sample-postmortem.pdf")


def _until_sunday_noon(now: datetime) -> float:
    """In seconds. The pictures are of a Sunday noon, as what people write in them says."""
    noon = now.replace(hour=12, minute=14, second=0, microsecond=0)
    days = (6 - now.weekday()) % 7 or 7
    return (noon + timedelta(days=days) - now).total_seconds()


WRITTEN = {
    "Trigger": "Release 2.31.0 went to everybody at once. It reads the cart before the stock check has answered.",
    "Contributing factors": "- Check-out tests run with a warm cart.\n- An empty answer is no error for our alerts.",
    "What went well": "Two people at support saw the pattern within the hour and said so in one place.",
    "Where we were lucky": "It was a Sunday morning; on a Friday evening four times as many would have met it.",
}
"""What people of the sample wrote, by section."""


async def _write_on(browser: Browser, address: str) -> None:
    page = await browser.new_page(viewport={"width": 1280, "height": 1100})
    await page.goto(address)
    for title, text in WRITTEN.items():
        section = page.locator("section", has=page.get_by_role("heading", name=title, exact=True))
        await section.get_by_text("Write here").click()
        await section.locator("form[action$='/cells'] textarea").fill(text)
        await section.locator("form[action$='/cells'] input[name=name]").fill("Mina Park")
        await section.locator("form[action$='/cells'] button").click()
        await page.wait_for_load_state()
    await page.close()


async def _keep(page: Page, address: str, path: Path) -> None:
    answer = await page.request.get(address)
    await asyncio.to_thread(path.write_bytes, await answer.body())


async def _notebook(browser: Browser, address: str, path: Path) -> None:
    page = await browser.new_page(viewport={"width": 1280, "height": 1100})
    await page.goto(address)
    while not await page.locator(".status-published").count():
        await page.wait_for_timeout(500)
        await page.reload()
    await page.wait_for_timeout(1000)
    await page.screenshot(path=path)


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "images"
    folder.mkdir(parents=True, exist_ok=True)
    asyncio.run(taken(folder))
