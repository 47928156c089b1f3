"""The recorded visits that come with the sample data."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from bot.kernel.paths import ROOT
from bot.replay.detect.detector import detect
from bot.replay.read_recording import read
from scripts.record_sessions import FOLDER, body, told
from scripts.shoppers import SHOPPERS, Shopper
from tests.standins.slack.shop_visit import Json, stored

PATHS = sorted(FOLDER.glob("*.json.gz"))
TYPED = ("kari.nordmann", "4111 1111", "Nordmann", "Storgata", "AUTUMN10")


@pytest.fixture(params=PATHS, ids=lambda path: path.name.partition(".")[0])
def path(request: pytest.FixtureRequest) -> Path:
    found: Path = request.param
    return found


@pytest.fixture
def session(path: Path) -> Json:
    return stored(path)


def test_there_is_one_for_each_shopper() -> None:
    assert {path.name for path in PATHS} == {f"{shopper.name}.json.gz" for shopper in SHOPPERS}
    assert len({shopper.seed for shopper in SHOPPERS}) == len(SHOPPERS) >= 8


def test_it_is_small_and_of_a_length_to_watch(path: Path, session: Json) -> None:
    times = [event["timestamp"] for event in session["events"]]
    assert path.stat().st_size < 60_000
    assert times == sorted(times)
    assert 10_000 <= times[-1] - times[0] <= 40_000


def test_each_view_begins_with_its_address_and_a_full_snapshot(session: Json) -> None:
    events = session["events"]
    metas = [event["data"]["href"] for event in events if event["type"] == 4]
    assert metas == [view["href"] for view in session["views"]]
    assert [event["type"] for event in events].count(2) == len(metas)
    assert events[0]["type"] == 4


def moves(session: Json) -> Iterator[tuple[float, float]]:
    for event in session["events"]:
        if event["type"] == 3 and event["data"]["source"] == 1:
            yield from ((at["x"], at["y"]) for at in event["data"]["positions"])


def test_the_mouse_moves_as_a_hand_does(session: Json) -> None:
    path = list(moves(session))
    assert len(path) >= 20
    slopes = {round((y2 - y1) / (x2 - x1), 2) for (x1, y1), (x2, y2) in pairwise(path) if x1 != x2}
    assert len(slopes) > len(path) / 4


def test_nothing_typed_can_be_read(session: Json) -> None:
    text = str(session)
    assert not [typed for typed in TYPED if typed in text]
    assert str(ROOT) not in text
    assert "127.0.0.1" not in text


@pytest.mark.parametrize(
    ("name", "button", "presses", "error"),
    [
        ("rage-buy-banner", "Buy", 5, "TypeError: cart is undefined"),
        ("rage-buy-reload", "Buy", 5, "TypeError: cart is undefined"),
        ("korean-rage", "구매하기", 6, "TypeError: cart is undefined"),
        ("phone-rage", "Buy", 4, "TypeError: cart is undefined"),
        ("silent-buy", "Buy", 3, "TypeError: cart is undefined"),
        ("error-checkout", "Checkout", 2, "TypeError: cart.items is not iterable"),
        ("dead-buy", "Buy", 2, ""),
        ("coupon", "Apply coupon", 5, ""),
        ("typing", "Place order", 3, ""),
        ("healthy", "Place order", 1, ""),
    ],
)
def test_it_shows_what_its_title_says(name: str, button: str, presses: int, error: str) -> None:
    lines = told(stored(FOLDER / f"{name}.json.gz"))
    assert len([line for line in lines if line.endswith(f"presses {button!r}")]) == presses
    found = {line.split("error: ")[1].removesuffix(" (source)") for line in lines if line.endswith("(source)")}
    assert found == ({error} if error else set())


@pytest.mark.parametrize(
    ("name", "signals"),
    [
        ("rage-buy-banner", [("Buy", "rage_click error_click")]),
        ("rage-buy-reload", [("Buy", "rage_click error_click"), ("Buy", "error_click")]),
        ("korean-rage", [("구매하기", "rage_click error_click")]),
        ("phone-rage", [("Buy", "rage_click error_click")]),
        ("dead-buy", [("Buy", "dead_click"), ("Buy", "dead_click")]),
        ("silent-buy", [("Buy", "dead_click error_click"), ("Buy", "dead_click error_click"), ("Buy", "dead_click")]),
        ("error-checkout", [("Checkout", "error_click"), ("Checkout", "error_click")]),
        ("coupon", [("Apply coupon", "rage_click")]),
        ("typing", [("Place order", "rage_click error_click")]),
        ("healthy", []),
    ],
)
def test_the_signals_in_it_are_found(name: str, signals: list[tuple[str, str]]) -> None:
    actions = detect(read([(FOLDER / f"{name}.json.gz").read_bytes()]))
    found = [(action.name, set(action.types)) for action in actions if action.types]
    assert found == [(button, set(types.split())) for button, types in signals]


def test_a_session_is_stored_with_ids_and_times_of_its_own() -> None:
    async def story(_: object) -> None: ...

    meta = {"href": "http://shop.example/shop"}
    batch = {"session": "s_1", "application": "shop", "meta": meta}
    late = {**batch, "view": "v_b", "seq": 1, "events": [{"type": 4, "timestamp": 9500}]}
    early = {**batch, "view": "v_a", "seq": 0, "events": [{"type": 4, "timestamp": 9000}]}
    made = body(Shopper("calm", "A calm visit", 5, story), [late, early])
    assert [view["id"] for view in made["views"]] == ["sample-calm-1", "sample-calm-2"]
    assert [view["start"] for view in made["views"]] == [0, 500]
    assert (made["session"], made["person"]) == ("sample-calm", "sample-person-5")
    assert made["events"][1]["timestamp"] - made["events"][0]["timestamp"] == 500
