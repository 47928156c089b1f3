"""`#/…` and `#!/…` are pages, in what the SDK sends, in recordings and in questions."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.kernel.locale import Locale
from bot.providers.local.event_store import EventStore
from bot.providers.local.import_ import import_paths
from bot.providers.local.local_source import LocalSource
from bot.signals.language.parse import parse
from bot.signals.question import GroupBy, Period, Question
from tests.providers.local.conftest import Send
from tests.providers.local.rumevents import action, lines

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
DAY = Question(Period(NOON - timedelta(hours=12), NOON + timedelta(hours=12)))


@pytest.fixture
def source(store: EventStore) -> LocalSource:
    return LocalSource(store)


async def test_each_route_is_a_page(store: EventStore, source: LocalSource, tmp_path: Path) -> None:
    """From a file; "checkout" finds its route though the view is named "/"."""
    clicks = {"#/checkout": 3, "#/home": 2, "#/cart": 1}
    events = [
        action(NOON, "rage_click", session=f"{route}-{n}", url=f"https://shop.example/{route}?step={n}")
        for route, count in clicks.items()
        for n in range(count)
    ]
    for event in events:
        event["view"]["name"] = "/"
    (tmp_path / "rum.ndjson").write_bytes(lines(*events))
    await import_paths(store, [tmp_path])
    by_page = await source.answer(replace(DAY, group_by=GroupBy.VIEW), [])
    assert {group.label: group.counts.signals for group in by_page.groups} == {
        f"/{route}": count for route, count in clicks.items()
    }
    asked = parse("rage clicks in checkout on Nov 25", now=NOON + timedelta(days=1), locale=Locale.of("en"))
    assert (await source.answer(asked, [])).counts.signals == 3


@pytest.mark.parametrize(
    ("words", "clicks"),
    [
        ("/#/cart", 1),
        ("/app#!/cart", 4),
        ("https://shop.example/app#!/cart?coupon=x", 4),
        ("/cart", 1 + 2 + 4 + 8),
        ("/app", 2 + 4),
        ("/car", 0),
        ("/", 31),
    ],
)
async def test_a_path_is_found_as_a_page_and_as_a_route(
    source: LocalSource, send: Send, words: str, clicks: int
) -> None:
    addresses = ["#/cart", "app?x=1#/cart/7", "app#!/cart", "cart#summary", "#/cartoons"]
    for number, address in enumerate(addresses):
        await send(*(action(NOON, "rage_click", url=f"https://shop.example/{address}") for _ in range(2**number)))
    asked = parse(f"rage clicks on {words} on Nov 25", now=NOON + timedelta(days=1), locale=Locale.of("en"))
    assert (await source.answer(asked, [])).counts.signals == clicks


async def test_a_recording_of_a_route_is_of_that_page(store: EventStore, source: LocalSource, tmp_path: Path) -> None:
    text = json.dumps(_events("https://shop.example/app?id=7#/cart?name=kim"))
    (tmp_path / "recorded.json").write_text(text)
    await import_paths(store, [tmp_path])
    assert await store.query("SELECT DISTINCT view_path FROM actions WHERE rage_click") == [("/app#/cart",)]


def _events(href: str) -> list[dict[str, object]]:
    """A page at that address with a button, pressed four times in a second."""
    button = {"type": 2, "tagName": "button", "attributes": {}, "id": 5, "childNodes": []}
    body = {"type": 2, "tagName": "body", "attributes": {}, "id": 4, "childNodes": [button]}
    html = {"type": 2, "tagName": "html", "attributes": {}, "id": 3, "childNodes": [body]}
    page = {"node": {"type": 0, "id": 1, "childNodes": [html]}, "initialOffset": {"left": 0, "top": 0}}
    start = round(NOON.timestamp() * 1000)
    pressed = [
        {
            "type": 3,
            "timestamp": start + 1000 + 200 * n + after,
            "data": {"source": 2, "type": kind, "id": 5, "x": 9, "y": 9},
        }
        for n in range(4)
        for kind, after in ((1, 0), (0, 50), (2, 51))
    ]
    return [
        {"type": 4, "timestamp": start, "data": {"href": href, "width": 800, "height": 600}},
        {"type": 2, "timestamp": start + 1, "data": page},
        *pressed,
        {"type": 5, "timestamp": start + 9000, "data": {"tag": "end", "payload": {}}},
    ]
