"""What a phone shows of a page's parts, and that a fault of each kind is found (tests/phone.py)."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser

from bot.kernel.paths import TEMPLATES
from tests.axe import View, seen
from tests.browser import IN_A_BROWSER
from tests.phone import PHONE, phone_faults

pytestmark = IN_A_BROWSER
PAGE = "<!doctype html><html lang={lang}><style>{css}</style><main>{body}"
CSS = (TEMPLATES / "web" / "page.css").read_text("utf-8")
CELLS = "<td>118<td>255<td>1,117<td>323"
HOURS = {
    "ko": f"<tr><th>시작<th>분노 클릭<th>데드 클릭<th>오류 클릭<th>합계<tr><th>11월 30일 (월) 15:00 KST{CELLS}",
    "en": f"<tr><th>From<th>Rage clicks<th>Dead clicks<th>Error clicks<th>Total<tr><th>Mon, Nov 30 15:00 EST{CELLS}",
}


async def looked_at(browser: Browser, body: str, css: str = "", lang: str = "ko") -> list[str]:
    async with seen(browser, View("light", lang)) as page:
        await page.set_viewport_size({"width": PHONE, "height": 844})
        await page.set_content(PAGE.format(lang=lang, css=css, body=body))
        return await phone_faults(page)


@pytest.mark.parametrize("lang", ["en", "ko"])
async def test_a_number_in_a_table_is_never_broken(browser: Browser, lang: str) -> None:
    table = f"<div class=columns><div class=wide tabindex=0><table>{HOURS[lang]}</table></div></div>"
    assert await looked_at(browser, table, CSS, lang) == []


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("<p style='width: 500px'>넓음", "scrolls sideways"),
        ("<div style='overflow: hidden; width: 200px'><p style='width: 300px'>넓음", "cut off: div"),
        ("<button style='all: unset; display: block; width: 20px; height: 20px'>x</button>", "too small: button"),
        ("<textarea style='font-size: 14px'></textarea>", "makes a phone zoom: textarea"),
        ("<p style='width: 3em'>포스트모템에", "broken: 포스트모템에"),
        ("<p style='width: 1em; overflow-wrap: anywhere'>1,117", "broken: 1,117"),
    ],
)
async def test_each_fault_is_found(browser: Browser, body: str, fault: str) -> None:
    found = await looked_at(browser, body)
    assert [each for each in found if each.startswith(fault)], found


async def test_what_is_whole_has_no_fault(browser: Browser) -> None:
    assert (
        await looked_at(browser, "<button style='padding: 9px'>확인</button><p>신호의 <b>80%</b>&#8288;에서 났습니다.")
        == []
    )
