"""Who may do what, in the whole bot: by the modal and the file; old buttons, shortcuts and jobs meet what holds now."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from bot.kernel.clock import Clock
from bot.services.access.policy import Policy, Right
from standins.slack.seed import ERIK, INCIDENT, JISOO, MINA, demo_seed
from tests.handlers.house import House, has, open_house, until
from tests.handlers.test_clips import QUESTION, filmed

Json = dict[str, Any]
TEAM = "T0NORDIC01"


def seed(role: str = "", **changes: Any) -> Any:
    """The demo's, with Erik a member like others, or what `role` says."""
    demo = demo_seed()
    channels = tuple(replace(each, **changes) if each.id == INCIDENT else each for each in demo.channels)
    return replace(demo, people=(MINA, JISOO, replace(ERIK, role=role)), channels=channels)


@pytest.fixture
async def with_a_guest(
    tmp_path: Path, sample: Path, redis: Redis, redis_server: str, clock: Clock
) -> AsyncIterator[House]:
    async with open_house(tmp_path, sample, redis_server, clock, seed=seed("guest")) as opened:
        yield opened


@pytest.fixture
async def guarded(tmp_path: Path, sample: Path, redis: Redis, redis_server: str, clock: Clock) -> AsyncIterator[House]:
    async with open_house(tmp_path, sample, redis_server, clock, seed=seed()) as opened:
        yield opened


async def policy(house: House, **fields: Any) -> None:
    _, version = await house.services.access.policy(TEAM, INCIDENT)
    await house.services.access.save_policy(TEAM, INCIDENT, Policy(**fields), version)


async def told(house: House, user: str, words: str) -> str:
    """The private sentence with these words."""

    async def found() -> str | None:
        seen = await house.messages(user=user)
        threads = [it["ts"] for it in seen if it.get("reply_count")]
        seen += [it for ts in threads for it in await house.replies(ts, user=user)]
        return next((it["text"] for it in seen if it.get("is_ephemeral") and words in it["text"]), None)

    return str(await until(found))


async def actions(house: House, fits: Callable[[Any], bool] = lambda _: True) -> list[tuple[str, str, str]]:
    now = house.clock()
    log = house.services.access.audit
    found = [entry async for entry in log.entries(now - timedelta(hours=1), now + timedelta(hours=1))]
    return [(entry.user, entry.action, entry.outcome) for entry in found if fits(entry)]


async def test_the_modal_sets_who_may_ask_and_the_channel_is_told(guarded: House) -> None:
    house = guarded
    await house.say("/replay policies")
    view = await house.modal()
    assert view["callback_id"] == "channel.policies"
    await house.submit(view, {"ask": {"ask": ["S0CHECKOUT"]}, "settings": {"settings": ["S0CHECKOUT"]}})
    changed = await house.message(lambda it: "changed the settings" in it["text"])
    assert "Ask questions: @checkout-team" in changed["text"]
    await house.say(f"/replay {QUESTION}", user=ERIK.id)
    sentence = await told(house, ERIK.id, "You may not ask questions")
    assert "@checkout-team, with /replay policies, can change that" in sentence
    await house.say("/replay policies", user=ERIK.id)
    await told(house, ERIK.id, "You may not change this channel’s settings")
    await house.say("/replay watch buy button", user=ERIK.id)
    answer = await house.ask(QUESTION)
    await house.press(answer, "signals.refine", user=ERIK.id)
    refine = await house.modal(user=ERIK.id)
    refused = await house.submit(refine, {"question": {"question": "dead clicks today"}}, user=ERIK.id)
    assert "You may not ask" in str(refused["errors"])
    assert (ERIK.id, "question.asked", "failure") in await actions(house)
    assert (MINA.id, "policies.changed", "success") in await actions(house)


@pytest.mark.parametrize("right", list(Right))
async def test_nobody_and_somebody_cannot_be_chosen_together(guarded: House, right: Right) -> None:
    house = guarded
    await house.say("/replay policies")
    refused = await house.submit(await house.modal(), {right.value: {right.value: ["nobody", "S0CHECKOUT"]}})
    assert set(refused["errors"]) == {right.value}
    assert "Nobody" in refused["errors"][right.value]
    assert await house.services.access.policy(TEAM, INCIDENT) == (Policy(), 0)


async def test_buttons_of_before_meet_what_holds_now(guarded: House) -> None:
    house = guarded
    answer = await house.ask(QUESTION)
    await policy(house, clip=(JISOO.id,), notebook=(JISOO.id,), watch=(JISOO.id,))
    for action, words in (
        ("clip.make", "You may not make clips"),
        ("clip.pick", "You may not make clips"),
        ("notebook.add", "You may not use this channel’s post-mortem"),
        ("watches.set", "You may not set or end watches"),
    ):
        if not has(answer, action):
            continue
        await house.press(answer, action)
        if action == "clip.pick":

            async def refused() -> bool:
                return any(words in str(view["blocks"]) for view in (await house.look("state"))["views"])  # noqa: B023

            assert await until(refused)
        else:
            await told(house, MINA.id, words)
    await house.say("/postmortem open")
    await told(house, MINA.id, "You may not use this channel’s post-mortem")
    await house.human("shortcut", channel=INCIDENT, ts=answer["ts"], callback_id="notebook.message")
    assert await house.services.postmortems.notebooks.find(TEAM, INCIDENT) is None
    done = await actions(house, lambda entry: entry.outcome == "success")
    assert {action for _, action, _ in done} <= {"question.asked"}
    denied = await actions(house, lambda entry: entry.outcome == "failure")
    assert {"clip.requested", "sessions.viewed", "notebook.changed"} <= {action for _, action, _ in denied}


async def test_there_is_no_clip_for_guests_nor_where_they_are_unless_an_admin_allows_it(with_a_guest: House) -> None:
    house = with_a_guest
    answer = await house.ask(QUESTION)
    await house.press(answer, "clip.make", user=ERIK.id)
    assert "an admin of this workspace" in await told(house, ERIK.id, "Guests get no clips")
    await house.press(answer, "clip.make")
    assert "an admin of this workspace" in await told(house, MINA.id, "Guests are in this channel")
    await house.say("/replay policies", user=ERIK.id)
    assert "full member" in await told(house, ERIK.id, "You may not change this channel’s settings")
    await house.say("/replay policies")
    answered = await house.submit(await house.modal(), {"clips": {"clips": ["guests"]}})
    assert "an admin of this workspace" in answered["errors"]["clips"]
    assert (MINA.id, "clips.opened", "failure") in await actions(house)
    assert not (await house.services.access.policy(TEAM, INCIDENT))[1]


async def test_a_clip_that_was_asked_for_is_not_shown_any_more(with_a_guest: House) -> None:
    """Somebody may not have clips any more; or a guest has joined the channel."""
    house = with_a_guest
    await policy(house, clips_for_guests=True)
    first = await house.ask(QUESTION)
    await house.press(first, "clip.make")
    await house.reply(first["ts"], lambda it: has(it, "clip.cancel"))
    second = await house.ask("rage clicks in the last 24 hours")
    await house.press(second, "clip.make", user=JISOO.id)
    await house.reply(second["ts"], lambda it: has(it, "clip.cancel"))
    await policy(house)
    async with house.rendering():
        for answer, user in ((first, MINA.id), (second, JISOO.id)):
            hidden = await house.reply(answer["ts"], lambda it: "a policy of this channel hides it" in it["text"])
            assert not has(hidden, "clip.make")
            await told(house, user, "게스트가 있어" if user == JISOO.id else "Guests are in this channel")
    assert not {"clip.shared"} & {action for _, action, outcome in await actions(house) if outcome == "success"}
    assert [it for it in await house.replies(first["ts"]) if has(it, "clip.window")] == []


async def test_a_shared_channel_gets_no_clip_unless_it_is_allowed(
    tmp_path: Path, sample: Path, redis: Redis, redis_server: str, clock: Clock
) -> None:
    shared = seed(is_ext_shared=True)
    async with open_house(tmp_path, sample, redis_server, clock, seed=shared, worker=True) as house:
        answer = await house.ask(QUESTION)
        await house.press(answer, "clip.make")
        assert "shared with another organization" in await told(house, MINA.id, "shared")
        await policy(house, clips_in_shared_channels=True)
        await house.press(answer, "clip.make")
        await filmed(house, answer)
        assert (MINA.id, "clip.shared", "success") in await actions(house)


async def test_only_who_was_asked_their_group_and_deputies_answer(guarded: House) -> None:
    house = guarded
    answer = await house.ask(QUESTION)
    await house.press(answer, "backlog.ask")
    request = await house.reply(answer["ts"], lambda it: has(it, "backlog.in_backlog"))
    for action in ("backlog.in_backlog", "backlog.snooze"):
        await house.press(request, action, user=ERIK.id)
        await told(house, ERIK.id, "Only who was asked, their group or a deputy may answer")
    await house.press(request, "backlog.in_backlog", user=JISOO.id)
    view = await house.modal(user=JISOO.id)
    assert await house.submit(view, {}, user=JISOO.id) == {"ok": True}
    await house.reply(answer["ts"], lambda it: has(it, "backlog.plan"))
    assert (JISOO.id, "request.answered", "success") in await actions(house)
