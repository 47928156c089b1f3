"""The home tab and the page of a ticket: what waits for somebody, and what a ticket is about."""

from __future__ import annotations

from typing import Any

from markupsafe import escape

from bot.services.requests.ticket_evidence import evidence_of
from standins.slack.seed import ERIK
from tests.handlers.house import JISOO, MINA, House, has, until
from tests.handlers.test_backlog import asked
from tests.handlers.test_digest import due, is_list, send
from tests.handlers.test_follow_ups import promised
from tests.handlers.walking import quiet

Json = dict[str, Any]


async def home(house: House, user: str) -> Json:
    """The tab as it is after it was opened now, when everything that was said before is where it belongs."""
    await quiet(house.redis)
    before = len(await house.journal(way="api", name="views.publish"))
    await house.human("home", user=user)

    async def shown() -> Json | None:
        published = len(await house.journal(way="api", name="views.publish")) > before
        return (await house.look("state", user=user)).get("home") if published else None

    return await until(shown)


async def press(house: House, view: Json, action: str, user: str) -> Json:
    block = next(b for b in view["blocks"] for e in b.get("elements", ()) if e.get("action_id") == action)
    where = {"home": True, "block_id": block["block_id"], "action_id": action}
    return await house.human("press", user=user, **where)


async def test_a_request_is_answered_from_the_tab_and_becomes_a_follow_up_there(house: House) -> None:
    said, request = await asked(house)
    view = await home(house, JISOO.id)
    assert request["ts"].replace(".", "") in str(view["blocks"])
    await press(house, view, "backlog.in_backlog", JISOO.id)
    modal = await house.modal(user=JISOO.id)
    assert await house.submit(modal, {"outcome": {"outcome": "Buy works again"}}, user=JISOO.id) == {"ok": True}
    await house.reply(said["ts"], lambda it: has(it, "backlog.plan"))
    monday = await due(house)
    await send(house, monday)
    await house.message(is_list)
    after = await home(house, JISOO.id)
    assert "Buy works again" in str(after["blocks"])
    assert "SHOP-1" in str(after["blocks"])
    assert not has(after, "backlog.in_backlog")
    assert has(after, "backlog.plan")
    stranger = await home(house, ERIK.id)
    assert not has(stranger, "backlog.plan")
    assert "/notebooks/" in str(stranger["blocks"])


async def test_a_ticket_shows_chart_and_version_of_the_request_that_led_to_it(house: House) -> None:
    await promised(house)
    await quiet(house.redis)
    ticket = await house.services.requests.trackers.of().get("SHOP-1")
    mina = await house.services.slack.people.get("T0NORDIC01", MINA.id)
    evidence = await evidence_of(house.services.requests, ticket, mina.locale)
    assert evidence
    assert evidence.chart
    assert [seen.version for seen in evidence.versions][:1]
    async with house.session.get(ticket.link, headers={"Accept-Language": "en"}) as answer:
        page = await answer.text()
    assert page.count(escape(ticket.title)) == 1
    assert evidence.versions[0].version in page
    assert "<svg" in page
