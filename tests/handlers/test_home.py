"""The home tab and the page of a ticket: what waits for somebody, and what a ticket is about."""

from __future__ import annotations

from typing import Any

from markupsafe import escape

from bot.kernel.messages import Messages
from bot.services.home_tab import MOST_CLIPS, MOST_WATCHES, refresh_homes
from bot.services.postmortems.channel_notebook import MOST_NEWEST
from bot.services.requests.for_person import MOST, ForPerson
from bot.services.requests.ticket_evidence import evidence_of
from bot.state import keys
from standins.slack.blocks import check_view
from standins.slack.seed import ERIK
from tests.handlers.house import INCIDENT, JISOO, MINA, House, has, until
from tests.handlers.test_backlog import asked
from tests.handlers.test_digest import due, is_list, send
from tests.handlers.test_follow_ups import promised
from tests.handlers.walking import TEAM, quiet
from tests.messages.scenes import LANGUAGES, SCENES

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
    assert page.count(f">{escape(ticket.title)}<") == 1, "a sentence about it may name it again"
    assert evidence.versions[0].version in page
    assert "<svg" in page


async def shown(house: House, user: str, words: str) -> Json:
    """The tab of somebody who has it open, once it shows this."""

    async def there() -> Json | None:
        await look(house, user)
        view = (await house.look("state", user=user)).get("home")
        return view if words in str(view["blocks"]) else None

    return await until(there)


async def look(house: House, user: str) -> None:
    """What the clock does within a minute."""
    await house.services.homes.due.look_at(TEAM, user, house.clock())
    await refresh_homes(house.services)


async def test_the_tab_that_is_open_follows_requests_clips_watches_and_notebooks(house: House) -> None:
    view = await home(house, JISOO.id)
    assert "/notebooks/" not in str(view["blocks"])
    assert {"감시", "최근 클립"} <= {it["text"]["text"] for it in view["blocks"] if it["type"] == "header"}
    await house.say("/replay watch rage clicks on buy button")
    await shown(house, JISOO.id, f"<#{INCIDENT}>")
    said, _ = await asked(house)
    await shown(house, JISOO.id, "backlog.in_backlog")
    async with house.rendering():
        await house.press(said, "clip.make")
        clip = await house.reply(said["ts"], lambda it: has(it, "clip.window"))
    view = await shown(house, JISOO.id, clip["ts"].replace(".", ""))
    [row] = [str(it) for it in view["blocks"] if clip["ts"].replace(".", "") in str(it)]
    assert "클릭" in row, "in her language, whoever asked for it"
    published = len(await house.journal(way="api", name="views.publish"))
    await look(house, JISOO.id)
    assert len(await house.journal(way="api", name="views.publish")) == published, "nothing has changed"
    assert len(view["blocks"]) <= 100


async def test_a_private_channels_watches_are_for_its_people(house: House) -> None:
    await house.say("/replay watch rage clicks on buy button")
    await quiet(house.redis)
    assert f"<#{INCIDENT}>" in str((await home(house, ERIK.id))["blocks"])
    body = {"channel": INCIDENT, "user": ERIK.id}
    async with house.session.post(f"{house.root}/_test/leave", json=body) as answer:
        assert answer.status == 200
    await house.redis.delete(keys.sees(TEAM, ERIK.id, INCIDENT))
    assert f"<#{INCIDENT}>" not in str((await home(house, ERIK.id))["blocks"])


def test_the_fullest_tab_is_within_slacks_limit() -> None:
    locale = LANGUAGES["ko"]
    values = SCENES["home"].values(str, locale)
    mine = ForPerson(values["mine"].waiting[:1] * MOST, values["mine"].follow_ups[:1] * MOST, 7)
    full = {
        "mine": mine,
        "notebooks": values["notebooks"] * MOST_NEWEST,
        "clips": values["clips"] * MOST_CLIPS,
        "watches": values["watches"][:1] * MOST_WATCHES,
    }
    view = Messages.load().home("home/home", locale, **{**values, **full})
    assert len(view["blocks"]) <= 100
    assert check_view(view) == []
