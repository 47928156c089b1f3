"""The workspace has no fault that axe-core finds, whatever the bot posts, opens or publishes in it.

Every scene of the messages is posted, half of them in a thread; every modal is opened; the home tab is published.
"""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.async_api import Browser, Page, expect

from bot.kernel.messages import JsonObject, Messages
from standins.slack import Link
from standins.slack.seed import GENERAL
from tests.axe import VIEWS, View, seen, violations
from tests.browser import IN_A_BROWSER
from tests.messages.scenes import SCENES, rendered
from tests.standins.slack.block_cases import actions, button, plain
from tests.standins.slack.house import INCIDENT, JISOO, MINA, House, living

pytestmark = IN_A_BROWSER
MESSAGES = Messages.load()
READERS = {"en": MINA, "ko": JISOO}


def scenes(kind: str, language: str) -> dict[str, JsonObject]:
    """By name, what the bot says in one language."""
    return {name: rendered(MESSAGES, name, language, str) for name, scene in SCENES.items() if scene.kind == kind}


@pytest.mark.parametrize("view", VIEWS, ids="-".join)
async def test_the_workspace_has_no_violation(view: View, browser: Browser, tmp_path: Path) -> None:
    async with walked(tmp_path, view) as (house, parent), seen(browser, view) as page:
        found = {}
        await page.goto(f"{house.config.root}/?as={READERS[view.language].id}")
        await page.wait_for_selector("#app[data-ready=true]")
        await expect(page.locator("#messages figure.chart svg").last).to_be_attached()
        found["channel"] = await violations(page)
        await page.locator(f'#messages [data-ts="{parent}"] .replies').click()
        await expect(page.locator("#thread-messages article").last).to_be_visible()
        found["thread"] = await violations(page)
        await page.locator("#thread-close").click()
        await page.locator("#composer").fill("/re")
        await expect(page.get_by_role("option", name="/replay")).to_be_visible()
        found["suggestions"] = await violations(page, within="#composer-place")
        await page.locator("#composer").fill("")
        found["sidebar"] = await _sidebar(page)
        await page.set_viewport_size({"width": 1280, "height": 844})
        await page.click(f'[data-place="{GENERAL}"]')
        found |= {f"modal {name}": await _modal(page, name) for name in scenes("modal", view.language)}
        await page.set_viewport_size({"width": 1280, "height": 844})
        await page.click('[data-place="home"]')
        await expect(page.locator("#home .block").first).to_be_visible()
        found["home"] = await violations(page)
        assert {name: each for name, each in found.items() if each} == {}


async def _sidebar(page: Page) -> list[str]:
    """On a phone it lies over the conversation."""
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.click("#menu")
    await expect(page.locator("#sidebar")).to_be_visible()
    said = await violations(page, within="#sidebar")
    await page.keyboard.press("Escape")
    return said


async def _modal(page: Page, name: str) -> list[str]:
    await page.set_viewport_size({"width": 1280, "height": 844})
    await page.locator("#messages").get_by_role("button", name=f"Open {name}", exact=True).click()
    await expect(page.locator("#modal")).to_be_visible()
    said = await violations(page, within="#modal")
    await page.click("#modal-close")
    await expect(page.locator("#modal")).to_have_count(0)
    return said


@asynccontextmanager
async def walked(folder: Path, view: View) -> AsyncIterator[tuple[House, str]]:
    """A workspace in which the bot has said everything it can, and the ts of the message with a thread."""
    async with living(folder, links=(Link("Sample shop", "http://127.0.0.1:1/shop"),)) as house:
        _open_modals(house, view.language)
        file = await _picture(house)
        parent = ""
        for number, made in enumerate(scenes("message", view.language).values()):
            said = _shown(made, file)
            await house.client.chat_postMessage(
                channel=INCIDENT, text=said["text"], blocks=said["blocks"], thread_ts=parent if number % 2 else None
            )
            if not parent:
                sent = await house.client.chat_postMessage(channel=INCIDENT, text="A number")
                parent = str(sent["ts"])
        for name in scenes("modal", view.language):
            opener = button(text=plain(f"Open {name}"), action_id="open-modal", value=name)
            # In a channel of their own: behind each modal the whole page is laid out, and walked through by axe-core.
            await house.client.chat_postMessage(channel=GENERAL, text=name, blocks=[actions(opener)])
        yield house, parent


def _open_modals(house: House, language: str) -> None:
    modals, homes = scenes("modal", language), scenes("home", language)

    @house.bolt.action("open-modal")
    async def opened(ack: Any, body: JsonObject, client: Any) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=modals[body["actions"][0]["value"]])

    @house.bolt.event("app_home_opened")
    async def home(event: JsonObject, client: Any) -> None:
        [first, *_] = homes.values()
        await client.views_publish(user_id=event["user"], view=first)


async def _picture(house: House) -> str:
    """The id of a file that stands for every clip and chart."""
    data = io.BytesIO()
    Image.new("RGB", (480, 300), "white").save(data, "GIF")
    return str((await house.client.files_upload_v2(filename="clip.gif", content=data.getvalue()))["file"]["id"])


def _shown(made: JsonObject, file: str) -> JsonObject:
    """The message with a picture that is there."""
    blocks = [{**it, "slack_file": {"id": file}} if it["type"] == "image" else it for it in made["blocks"]]
    return {**made, "blocks": blocks}
