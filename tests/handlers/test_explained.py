"""Whatever goes wrong in a handler was acknowledged, doesn't reach Bolt, and is explained where whoever spoke looks."""

from __future__ import annotations

import asyncio
import inspect
from dataclasses import replace
from typing import Any

import pytest

from bot.kernel.errors import Unavailable
from bot.services.requests import request_clock
from bot.services.requests.jobs import StepJob
from bot.slack.private_replies import ReplyAddress
from handlers import clips, edge, questions, requests
from handlers.bolt_app import TENANT
from tests.handlers.house import INCIDENT, JISOO, MINA, House, until
from tests.handlers.test_backlog import asked

TEAM = "T0NORDIC01"
QUESTION = "frustration signals on buy button this week"


def broken(*_: Any, **__: Any) -> Any:
    raise ZeroDivisionError("internal detail")


async def refusals(house: House) -> list[Any]:
    """What the bot answered to a delivery with anything but 200."""
    return [entry for entry in await house.journal(way="delivery") if entry.get("status", 200) != 200]


async def direct_messages(house: House) -> list[str]:
    channels = (await house.look("state"))["channels"]
    direct = [channel["id"] for channel in channels if channel["id"].startswith("D")]
    return [message["text"] for id in direct for message in await house.messages(channel=id)]


async def test_a_bug_behind_a_button_is_acknowledged_and_told_with_a_reference(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = await house.ask(QUESTION)
    monkeypatch.setattr(clips, "request_clip", broken)
    await house.press(answer, "clip.make")
    text = await house.whispered()
    assert "Something went wrong on our side" in text
    assert "internal detail" not in text
    assert await refusals(house) == []


async def test_a_bug_behind_a_command_is_told_to_whoever_typed_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(questions, "ask", broken)
    await house.say(f"/replay {QUESTION}")
    assert "Something went wrong on our side" in await house.whispered()
    assert await refusals(house) == []


async def test_a_bug_behind_a_mention_is_told_in_its_thread(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(questions, "ask", broken)
    mention = await house.say(f"@Replaybook {QUESTION}")
    reply = await house.reply(mention["ts"], lambda it: "Something went wrong on our side" in it["text"])
    assert reply["is_ephemeral"]


async def test_a_bug_behind_a_modal_is_told_in_the_modal(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    _, request = await asked(house)
    await house.press(request, "backlog.in_backlog", user=JISOO.id)
    view = await house.modal(user=JISOO.id)
    monkeypatch.setattr(requests, "acknowledge", broken)
    answer = await house.submit(view, {}, user=JISOO.id)
    assert answer["errors"]


@pytest.mark.parametrize("field", ["", "question"])
async def test_a_modal_closes_in_time_and_its_error_follows_privately(
    house: House, monkeypatch: pytest.MonkeyPatch, field: str
) -> None:
    """The source answers only when the modal is long closed."""
    answer = await house.ask(QUESTION)
    await house.press(answer, "signals.refine")
    view = await house.modal()
    closed = asyncio.Event()

    async def slow(*_: Any, **__: Any) -> Any:
        await closed.wait()
        problem = Unavailable("The source is away.")
        raise edge.FieldError(field, problem) if field else problem

    monkeypatch.setattr(type(house.services.questions.reader), "read", slow)
    monkeypatch.setattr(edge, "MODAL_S", 0.05)
    assert await house.submit(view, {"question": {"question": QUESTION}}) == {"ok": True}
    closed.set()

    async def was_sent() -> bool:
        return any("The source is away." in text for text in await direct_messages(house))

    assert await until(was_sent)


async def test_a_modal_is_open_before_the_source_is_asked_for_its_content(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = await house.ask(QUESTION)
    source = house.services.clips.source
    looked_at, moments = asyncio.Event(), type(source).moments

    async def slow(*args: Any, **named: Any) -> Any:
        await looked_at.wait()
        return await moments(*args, **named)

    monkeypatch.setattr(type(source), "moments", slow)
    await house.press(answer, "clip.pick")
    loading = await house.modal(loading=True)
    assert "Looking for sessions" in str(loading["blocks"])
    looked_at.set()
    assert "radio_buttons" in str((await house.modal())["blocks"])


async def test_an_error_is_told_though_slack_takes_no_ephemeral_message(house: House) -> None:
    """Whoever isn't in the channel (any more) reads it directly."""
    address = ReplyAddress(team=TEAM, channel=INCIDENT, user=MINA.id)
    await house.fault(kind="error", method="chat.postEphemeral", error="user_not_in_channel")
    await house.services.slack.private.say(address, "For your eyes.", key="k1")

    async def direct() -> bool:
        return "For your eyes." in await direct_messages(house)

    assert await until(direct)


async def test_a_private_sentence_that_slack_did_not_take_is_not_marked_as_sent(house: House) -> None:
    address = ReplyAddress(team=TEAM, channel=INCIDENT, user=MINA.id)
    await house.fault(kind="error", method="chat.postEphemeral", error="internal_error")
    with pytest.raises(Unavailable):
        await house.services.slack.private.say(address, "Once.", key="k2")
    for _ in range(2):
        await house.services.slack.private.say(address, "Once.", key="k2")
    alone = [it["text"] for it in await house.messages() if it.get("is_ephemeral")]
    assert alone == ["Once."]


async def test_a_response_url_that_is_used_up_is_no_dead_end(house: House) -> None:
    address = ReplyAddress(
        team=TEAM, channel=INCIDENT, user=MINA.id, response_url=f"{house.root}/response/nobody-knows-this"
    )
    await house.services.slack.private.say(address, "Another way.")
    assert await house.whispered() == "Another way."


async def test_a_tracker_that_fails_stops_nobody_elses_reminder(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each request that is due is a job of its own, so the round itself can't fail with one of them."""
    services, put = house.services.requests, []

    class Listening:
        async def put(self, job: StepJob) -> None:
            put.append(job.request)

    for id in ("one", "two", "three"):
        await services.records.due.look_at(TEAM, id, services.clock())
    monkeypatch.setattr(type(services.trackers.of()), "get", broken)

    await request_clock.tick(replace(services, queue=Listening()))  # type: ignore[arg-type]
    assert sorted(put) == ["one", "three", "two"]


@pytest.mark.parametrize("body", [{}, {"team": None, "user": {}}, {"team": {"id": TEAM}, "actions": []}])
@pytest.mark.parametrize("listen", [edge.on_press, edge.on_command, edge.on_submission])
async def test_a_payload_that_lacks_everything_raises_nothing_into_bolt(house: House, listen: Any, body: Any) -> None:
    acknowledged: list[dict[str, Any]] = []

    async def ack(**answer: Any) -> None:
        acknowledged.append(answer)

    listener = listen(broken, house.services)
    wanted = {"ack": ack, "body": body, "context": {TENANT: TEAM}}
    await listener(**{name: wanted[name] for name in inspect.signature(listener).parameters})
    assert acknowledged == [{}]
