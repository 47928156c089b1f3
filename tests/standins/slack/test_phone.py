"""The sample shop and an enlarged clip on a phone, in each language."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image
from playwright.async_api import Browser, expect

from tests.axe import View, seen
from tests.browser import IN_A_BROWSER
from tests.phone import PHONE, phone_faults
from tests.standins.slack.house import INCIDENT, JISOO, MINA, living
from tests.standins.slack.shop_visit import visiting

pytestmark = IN_A_BROWSER
READERS = {"en": MINA, "ko": JISOO}
ALPHA = "veil => Number(getComputedStyle(veil).backgroundColor.match(/[\\d.]+/g)[3] ?? 1)"


@pytest.mark.parametrize("language", ["en", "ko"])
async def test_the_shop_fits_a_phone(browser: Browser, language: str) -> None:
    async with visiting(browser) as visit:
        await visit.page.set_viewport_size({"width": PHONE, "height": 844})
        for path in ("/shop", "/shop/product/fjord-shell", "/shop/product/aurora-tent", "/shop/cart", "/shop/checkout"):
            await visit.open(f"{path}?lang={language}")
            await expect(visit.page.locator("html")).to_have_attribute("lang", language)
            assert await phone_faults(visit.page) == [], path


@pytest.mark.parametrize("language", ["en", "ko"])
async def test_an_enlarged_picture_has_its_words_on_a_quiet_ground(
    browser: Browser, tmp_path: Path, language: str
) -> None:
    data = io.BytesIO()
    Image.new("RGB", (480, 300), "white").save(data, "GIF")
    words = "세션 리플레이 7초: 구매하기 6번 클릭. " * 30
    async with living(tmp_path) as house, seen(browser, View("light", language)) as page:
        await page.set_viewport_size({"width": PHONE, "height": 844})
        sent = await house.client.files_upload_v2(filename="clip.gif", content=data.getvalue())
        picture = {"type": "image", "slack_file": {"id": sent["file"]["id"]}, "alt_text": words}
        await house.client.chat_postMessage(channel=INCIDENT, text=words, blocks=[picture])
        await page.goto(f"{house.config.root}/?as={READERS[language].id}")
        await page.locator("#messages .picture").last.click()
        await expect(page.locator(".lightbox figcaption")).to_be_visible()
        assert await page.locator(".lightbox-veil").evaluate(ALPHA) > 0.9
        box = await page.locator(".lightbox").bounding_box()
        assert box
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= 844
        assert await phone_faults(page, "#overlays") == []


async def test_a_topic_is_read_in_full(browser: Browser, tmp_path: Path) -> None:
    async with living(tmp_path) as house, seen(browser, View("light", "ko")) as page:
        await page.set_viewport_size({"width": PHONE, "height": 844})
        await page.goto(f"{house.config.root}/?as={JISOO.id}")
        await expect(page.locator("#topic")).to_have_text("SEV-2 · Buy button on product pages · IC: Erik")
        assert await phone_faults(page, ".bar") == []
