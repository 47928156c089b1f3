"""The page of an answer, behind *Open as a page*."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import quote

from tests.handlers.house import JISOO, House, Json, has, until
from tests.providers.local.rumevents import action, lines


def address(message: Json) -> str:
    return next(
        it["url"] for block in message["blocks"] for it in block.get("elements", ()) if it.get("action_id") == "open"
    )


async def page(house: House, url: str) -> tuple[int, str]:
    async with house.session.get(url) as answer:
        return answer.status, await answer.text()


async def test_the_page_shows_the_numbers_of_the_message(house: House) -> None:
    said = await house.ask("frustration signals on buy button this week by browser")
    status, html = await page(house, address(said))
    assert status == 200
    count = re.match(r"[\d,]+", said["text"])
    assert count is not None
    assert f"{count[0]} frustration signals" in html
    for part in ("<svg", "TypeError: cart is undefined", "2.31.0", "/shop/product/fjord-shell", "Chrome", "SELECT"):
        assert part in html
    assert "It began on" in html


async def test_it_speaks_the_askers_language(house: House) -> None:
    said = await house.ask("이번 주 구매 버튼 불만 신호", user=JISOO.id)
    _, html = await page(house, address(said))
    assert '<html lang="ko">' in html
    assert "주요 오류" in html
    assert "Top " not in html


async def test_its_address_cannot_be_guessed(house: House) -> None:
    said = await house.ask("frustration signals on buy button this week")
    url = address(said)
    assert len(url.rsplit("/", 1)[1]) >= 20
    id = re.search(r'"id":"(\w+)"', str(said))
    assert id is not None
    assert id[1] not in url
    for guess in (id[1], "x" * 22, "..%2f", "%00"):
        status, html = await page(house, f"{url.rsplit('/', 1)[0]}/{guess}")
        assert status == 404
        assert "SELECT" not in html


async def test_names_from_outside_stay_text(house: House) -> None:
    forward = quote("/api/v2/rum?ddsource=browser", safe="")
    url = f"http://127.0.0.1:{house.settings.port}/intake/datadog?ddforward={forward}"
    recent = house.clock() - timedelta(minutes=1)
    hostile = action(recent, "rage_click", target="<b>cart</b> button")
    async with house.session.post(url, data=lines(hostile)) as answer:
        assert answer.status == 202
    said = await house.ask('frustration signals on "<b>cart</b> button" in the last hour')
    _, html = await page(house, address(said))
    assert "<b>cart" not in html
    assert "&lt;b&gt;cart" in html


async def test_a_refined_answer_keeps_its_page(house: House) -> None:
    said = await house.ask("frustration signals on buy button this week")
    await house.press(said, "signals.refine")
    await house.submit(await house.modal(), {"question": {"question": "dead clicks on checkout this week"}})

    async def changed() -> Json | None:
        return next((it for it in await house.messages() if it["ts"] == said["ts"] and "dead" in it["text"]), None)

    assert address(await until(changed)) == address(said)
    assert has(said, "open")
