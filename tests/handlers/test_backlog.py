"""Asking the owner, and every answer: in the thread, on the request, in the notebook, once."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.backlog.request import Request
from bot.backlog.ticket import Status
from bot.services.requests.for_person import for_person
from standins.slack.seed import BOT, ERIK
from tests.handlers.house import JISOO, MINA, House, at, has, tick, until
from tests.handlers.walking import quiet

Json = dict[str, Any]
QUESTION = "frustration signals on buy button this week"


async def asked(house: House) -> tuple[Json, Json]:
    """The answer's message, and the request in its thread."""
    said = await house.ask(QUESTION)
    await house.press(said, "backlog.ask")
    return said, await house.reply(said["ts"], lambda it: has(it, "backlog.in_backlog"))


async def current(house: House, said: Json, request: Json) -> Json:
    return next(it for it in await house.replies(said["ts"]) if it["ts"] == request["ts"])


async def notebook_text(house: House) -> str:
    postmortems = house.services.postmortems
    [notebook] = await postmortems.notebooks.list("T0NORDIC01")
    mina = await house.services.slack.people.get("T0NORDIC01", MINA.id)
    return postmortems.text.to_markdown(notebook, mina.locale)


async def test_the_owner_is_mentioned_in_a_new_reply_and_answers_in_their_language(house: House) -> None:
    _, request = await asked(house)
    assert f"<@{JISOO.id}>" in request["text"]
    await house.press(request, "backlog.in_backlog", user=JISOO.id)
    assert "백로그" in str(await house.modal(user=JISOO.id))


async def test_asking_again_under_another_answer_says_what_happened_where_it_was_pressed(house: House) -> None:
    _, request = await asked(house)
    other = await house.ask("dead clicks on buy button this week")
    await house.press(other, "backlog.ask")
    assert "hasn’t answered" in await house.whispered()
    assert any(it.get("is_ephemeral") for it in await house.messages())
    assert not await house.replies(other["ts"])
    assert request


async def test_a_request_is_not_handed_to_a_bot(house: House) -> None:
    _, request = await asked(house)
    await house.press(request, "backlog.hand_over", user=JISOO.id)
    told = await house.submit(await house.modal(user=JISOO.id), {"to": {"to": BOT.id}}, user=JISOO.id)
    assert "replaybook" in str(told["errors"]).lower()


async def test_nothing_waits_for_an_owner_who_answered(house: House) -> None:
    said, request = await asked(house)
    requests = house.services.requests
    jisoo = await house.services.slack.people.get("T0NORDIC01", JISOO.id)

    async def waits() -> bool:
        return len((await for_person(requests, "T0NORDIC01", jisoo)).waiting) == 1

    assert await until(waits)
    await house.press(request, "backlog.in_backlog", user=JISOO.id)
    await house.submit(await house.modal(user=JISOO.id), {}, user=JISOO.id)
    await house.reply(said["ts"], lambda it: "SHOP-1" in it["text"] and it["ts"] != request["ts"])
    assert (await for_person(requests, "T0NORDIC01", jisoo)).waiting == ()


async def test_a_ticket_is_made_and_everyone_hears_of_it(house: House) -> None:
    said, request = await asked(house)
    await house.press(request, "backlog.in_backlog", user=JISOO.id)
    view = await house.modal(user=JISOO.id)
    assert await house.submit(view, {}, user=JISOO.id) == {"ok": True}
    confirmed = await house.reply(said["ts"], lambda it: "SHOP-1" in it["text"] and it["ts"] != request["ts"])
    assert f"<@{JISOO.id}>" in str(confirmed["blocks"])
    ticket = await house.services.requests.trackers.of().get("SHOP-1")
    assert "TypeError" in ticket.title

    async def recorded() -> bool:
        text = await notebook_text(house)
        return "SHOP-1" in text and "Jisoo" in text.title()

    assert await until(recorded)
    assert not has(await current(house, said, request), "backlog.in_backlog")


async def test_a_ticket_that_is_there_already_is_taken_by_key_or_link(house: House) -> None:
    said, request = await asked(house)
    await house.press(request, "backlog.in_backlog", user=JISOO.id)
    view = await house.modal(user=JISOO.id)
    wrong = await house.submit(view, {"ticket": {"ticket": "the usual one"}}, user=JISOO.id)
    assert "SHOP-412" in str(wrong["errors"])
    link = "https://tracker.example.com/browse/SHOP-412"
    assert await house.submit(view, {"ticket": {"ticket": link}}, user=JISOO.id) == {"ok": True}
    assert await house.reply(said["ts"], lambda it: "SHOP-412" in it["text"])
    ticket = await house.services.requests.trackers.of().get("SHOP-412")
    assert ticket.link.endswith("/tickets/SHOP-412")


async def test_not_doing_gives_the_reason_in_the_thread(house: House) -> None:
    said, request = await asked(house)
    await house.press(request, "backlog.not_doing", user=JISOO.id)
    view = await house.modal(user=JISOO.id)
    await house.submit(view, {"reason": {"reason": "The page goes away on Friday"}}, user=JISOO.id)
    told = await house.reply(
        said["ts"], lambda it: "goes away on Friday" in str(it["blocks"]) and it["ts"] != request["ts"]
    )
    assert f"<@{JISOO.id}>" in str(told["blocks"])


async def test_a_hand_over_asks_the_new_owner_who_can_give_it_back(house: House) -> None:
    said, request = await asked(house)
    await house.press(request, "backlog.hand_over", user=JISOO.id)
    view = await house.modal(user=JISOO.id)
    await house.submit(view, {"to": {"to": MINA.id}}, user=JISOO.id)
    handed = await house.reply(said["ts"], lambda it: has(it, "backlog.accept"))
    assert f"<@{MINA.id}>" in str(handed["blocks"])
    await house.press(handed, "backlog.give_back", user=MINA.id)
    back = await house.reply(said["ts"], lambda it: it["ts"] > handed["ts"] and has(it, "backlog.in_backlog"))
    assert f"<@{JISOO.id}>" in str(back["blocks"])


async def test_a_late_press_is_told_what_already_happened_and_changes_nothing(house: House) -> None:
    said, request = await asked(house)
    await house.press(request, "backlog.in_backlog", user=JISOO.id)
    await house.submit(await house.modal(user=JISOO.id), {"ticket": {"ticket": "SHOP-412"}}, user=JISOO.id)
    await house.reply(said["ts"], lambda it: "SHOP-412" in it["text"])
    stored = await only_request(house)
    await house.press(said, "backlog.ask", user=MINA.id)
    assert "SHOP-412" in await house.whispered(user=MINA.id)
    assert await only_request(house) == stored


async def test_two_people_who_answer_at_once_make_one_answer(house: House) -> None:
    await house.let_others_answer()
    said, request = await asked(house)
    people = (JISOO.id, MINA.id)
    for person in people:
        await house.press(request, "backlog.in_backlog", user=person)
    views = [await house.modal(user=person) for person in people]
    tick = {"on_behalf": {"on_behalf": ["yes"]}}  # only one of them was asked
    await asyncio.gather(
        *(
            house.submit(view, {"ticket": {"ticket": f"SHOP-{100 + n}"}, **(tick if n else {})}, user=person)
            for n, (view, person) in enumerate(zip(views, people, strict=True))
        )
    )
    await house.reply(said["ts"], lambda it: "SHOP-10" in it["text"])
    await quiet(house.redis)
    confirmed = [it for it in await house.replies(said["ts"]) if "SHOP-10" in it["text"] and it["ts"] > request["ts"]]
    assert len([it for it in confirmed if not it.get("is_ephemeral")]) == 1


async def test_asking_twice_mentions_the_owner_once(house: House) -> None:
    said, request = await asked(house)
    await house.press(said, "backlog.ask")
    assert await house.whispered()
    mentions = [it for it in await house.replies(said["ts"]) if f"<@{JISOO.id}>" in it["text"]]
    assert [it["ts"] for it in mentions] == [request["ts"]]


async def test_an_owner_who_does_not_answer_is_reminded_within_working_hours(house: House) -> None:
    said, request = await asked(house)
    await quiet(house.redis)
    later = next_weekday_at(house, 11)
    await tick(at(house, lambda: later))
    reminder = await house.reply(said["ts"], lambda it: it["ts"] > request["ts"] and has(it, "backlog.in_backlog"))
    assert f"<@{JISOO.id}>" in str(reminder["blocks"])
    assert not has(await current(house, said, request), "backlog.in_backlog")


async def test_an_escalation_says_in_the_history_to_whom(house: House) -> None:
    said, request = await asked(house)
    for days in (5, 10, 15):
        await quiet(house.redis)
        later = next_weekday_at(house, 11, days=days)
        await tick(at(house, lambda later=later: later))  # type: ignore[misc]
    await house.press(
        await house.reply(said["ts"], lambda it: f"<@{ERIK.id}>" in str(it["blocks"]) and it["ts"] > request["ts"]),
        "backlog.in_backlog",
        user=JISOO.id,
    )
    await house.submit(await house.modal(user=JISOO.id), {}, user=JISOO.id)
    told = await house.reply(said["ts"], lambda it: "escalated this to" in str(it["blocks"]))
    assert "Replaybook escalated this to Erik Strøm" in str(told["blocks"])


async def test_nobody_is_reminded_at_night(house: House) -> None:
    said, _ = await asked(house)
    await quiet(house.redis)
    before = len(await house.replies(said["ts"]))
    await tick(at(house, lambda: next_weekday_at(house, 3)))
    await quiet(house.redis)
    assert len(await house.replies(said["ts"])) == before


async def test_after_the_fix_the_same_question_is_asked_again(house: House) -> None:
    said, request = await asked(house)
    await house.press(request, "backlog.in_backlog", user=JISOO.id)
    await house.submit(await house.modal(user=JISOO.id), {}, user=JISOO.id)
    await house.reply(said["ts"], lambda it: "SHOP-1" in it["text"] and it["ts"] != request["ts"])
    await house.services.requests.trackers.of().move("SHOP-1", Status.DONE)
    await tick(house.services)
    done = await house.reply(said["ts"], lambda it: "checkered_flag" in str(it.get("blocks")))
    assert "SHOP-1" in str(done["blocks"])
    then = at(house, lambda: next_weekday_at(house, 11, days=2))

    async def compared() -> Json | None:
        await tick(then)
        later = [it for it in await house.replies(said["ts"]) if it["ts"] > done["ts"]]
        return next((it for it in later if "fields" in str(it.get("blocks"))), None)

    assert "SHOP-1" in str((await until(compared))["blocks"])


async def test_the_check_after_the_fix_can_be_had_at_once(house: House) -> None:
    said, request = await asked(house)
    await house.press(request, "backlog.in_backlog", user=JISOO.id)
    await house.submit(await house.modal(user=JISOO.id), {}, user=JISOO.id)
    await house.reply(said["ts"], lambda it: "SHOP-1" in it["text"] and it["ts"] != request["ts"])
    await house.services.requests.trackers.of().move("SHOP-1", Status.DONE)
    await tick(house.services)
    done = await house.reply(said["ts"], lambda it: has(it, "backlog.compare"))
    await house.press(done, "backlog.compare")
    assert await house.reply(said["ts"], lambda it: it["ts"] > done["ts"] and "fields" in str(it.get("blocks")))


def next_weekday_at(house: House, hour: int, days: int = 1) -> datetime:
    """A working day at this hour where the owner lives, at least `days` from now."""
    moment = house.services.requests.clock().astimezone(ZoneInfo(JISOO.zone)) + timedelta(days=days)
    while moment.weekday() > 4:
        moment += timedelta(days=1)
    return moment.replace(hour=hour, minute=0)


async def only_request(house: House) -> Request:
    """The one request there is."""
    records = house.services.requests.records

    async def found() -> Request | None:
        requests = await records.open("T0NORDIC01")
        return requests[0] if requests else None

    return await until(found)
