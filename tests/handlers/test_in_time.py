"""Forms, menus and modals are there in time, whatever takes long: each limit, with a provider that never answers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from bot.backlog.ticket import Ability, NewTicket
from bot.kernel.errors import Unavailable
from bot.providers.local.local_notebooks import LocalNotebooks
from bot.providers.local.local_tickets import LocalTracker
from bot.services.requests import earlier_failures, follow_ups, offered_tickets, required_fields
from handlers import edge
from tests.handlers.house import JISOO, House, until
from tests.handlers.test_backlog import asked, only_request
from tests.handlers.test_offered_tickets import opened, options
from tests.handlers.walking import quiet

Json = dict[str, Any]
SOON_S = 0.05


async def never(*_: object, **__: object) -> Any:
    await asyncio.Event().wait()


def slow(patched: pytest.MonkeyPatch, module: ModuleType, limit: str, provider: type, method: str) -> list[str]:
    """From now on the provider never answers this call, of which each is noted, and the limit is short."""
    calls: list[str] = []

    async def call(*_: object, **__: object) -> Any:
        calls.append(method)
        await never()

    patched.setattr(provider, method, call, raising=False)
    patched.setattr(module, limit, SOON_S)
    return calls


def in_the_form(view: Json, block: str) -> bool:
    return any(each.get("block_id") == block for each in view["blocks"])


async def test_a_form_opens_without_the_titles_of_linked_tickets(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    made = await house.services.requests.trackers.of().create(NewTicket("OPS", "Checkout stalls", meaning="by hand"))
    _, request = await asked(house)
    await house.say(f"is it <{made.link}|this one>?")

    async def noted() -> bool:
        known = await only_request(house)
        return bool(await house.services.requests.records.links(known.team, known.channel))

    assert await until(noted)
    calls = slow(monkeypatch, offered_tickets, "LINKS_S", LocalTracker, "read")
    view = await opened(house, request)
    assert calls
    [block] = [each for each in view["blocks"] if each.get("block_id") == "linked"]
    assert [each["value"] for each in block["element"]["options"]] == [made.key]
    assert "Checkout stalls" not in str(block)


FORMS: dict[str, tuple[ModuleType, str, type, str, Callable[[Json], bool]]] = {
    "required fields": (
        required_fields, "READ_S", LocalTracker, "required_fields", lambda view: "custom:" not in str(view["blocks"])
    ),
    "earlier failures": (
        earlier_failures, "WITHIN_S", LocalNotebooks, "list", lambda view: not in_the_form(view, "earlier")
    ),
    "the severity": (
        follow_ups, "NOTEBOOK_S", LocalNotebooks, "get", lambda view: "SEV-" not in str(view["blocks"])
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", FORMS)
async def test_a_form_opens_without_what_takes_too_long(
    house: House, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    module, limit, provider, method, lacks = FORMS[what]
    _, request = await asked(house)
    if method == "required_fields":
        monkeypatch.setattr(LocalTracker, "abilities", LocalTracker.abilities | {Ability.CUSTOM_FIELDS})
    calls = slow(monkeypatch, module, limit, provider, method)
    view = await opened(house, request)
    assert calls, "nobody asked for it"
    assert in_the_form(view, "title")
    assert lacks(view)


async def test_a_menu_is_empty_in_time(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    _, request = await asked(house)
    view = await opened(house, request)
    calls = slow(monkeypatch, edge, "MENU_S", LocalTracker, "find")
    assert await options(house, view, "stalls") == []
    assert calls


async def test_a_menu_says_in_time_that_the_tracker_is_slow(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    _, request = await asked(house)
    view = await opened(house, request)
    calls = slow(monkeypatch, offered_tickets, "SEARCH_S", LocalTracker, "find")
    [(sentence, value)] = await options(house, view, "stalls")
    assert (value, calls) == ("-", ["find"])
    assert "너무 늦습니다" in sentence  # the owner reads Korean


async def test_a_modal_that_was_sent_in_closes_in_time(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    _, request = await asked(house)
    view = await opened(house, request)
    closed, calls = asyncio.Event(), list[str]()

    async def slow_get(*_: object) -> Any:
        calls.append("get")
        await closed.wait()
        raise Unavailable("The records are away.")

    monkeypatch.setattr(type(house.services.requests.records), "get", slow_get)
    monkeypatch.setattr(edge, "MODAL_S", SOON_S)
    assert await house.submit(view, {}, user=JISOO.id) == {"ok": True}
    assert calls
    closed.set()
    await quiet(house.redis)
