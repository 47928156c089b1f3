"""Questions from Slack, answered in one message."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from bot.queue import runner
from bot.services.questions import answer_question
from bot.signals.question import Signal
from bot.slack.outbox import outbox
from standins.slack.seed import GENERAL
from tests.handlers.house import INCIDENT, JISOO, MINA, House, has, until
from tests.handlers.walking import quiet


def shown(message: dict[str, Any]) -> str:
    return str(message["blocks"])


async def test_a_command_becomes_one_message_that_turns_into_the_answer(house: House) -> None:
    before = len(await house.messages())
    said = await house.ask("frustration signals on buy button in the last 7 days")
    assert "TypeError: cart is undefined" in shown(said)
    assert {"clip.make", "clip.pick", "notebook.add", "backlog.ask"} <= {
        it.get("action_id") for block in said["blocks"] for it in block.get("elements", ())
    }
    assert any(block["type"] == "data_visualization" for block in said["blocks"])
    assert len(await house.messages()) == before + 1


async def test_the_numbers_in_the_message_are_those_of_the_source(house: House) -> None:
    said = await house.ask("frustration signals on buy button this week")
    answer = (await house.services.questions.records.get("T0NORDIC01", _id(said))).answer
    assert answer is not None
    assert f"{answer.counts.signals:,}" in said["text"]
    again = await house.services.questions.reader.source.answer(answer.question, answer.targets)
    assert answer.counts == again.counts
    assert answer.counts.signals > 3000
    assert answer.counts.signals > answer.counts.actions > answer.counts.people > 100


async def test_korean_is_understood_and_answered_in_korean(house: House) -> None:
    said = await house.ask("이번 주 구매 버튼 불만 신호", user=JISOO.id)
    assert "명" in said["text"]


async def test_words_that_make_no_question_get_examples_and_post_nothing(house: House) -> None:
    before = len([it for it in await house.messages() if not it.get("is_ephemeral")])
    await house.say("/replay frobnicate the quux")
    told = await house.whispered()
    assert "frobnicate" in told
    assert len([it for it in await house.messages() if not it.get("is_ephemeral")]) == before


async def test_a_mention_in_the_thread_goes_on_from_the_question(house: House) -> None:
    said = await house.ask("dead clicks on buy button this week")
    await house.say("@Replaybook and yesterday?", thread_ts=said["ts"])
    reply = await house.reply(said["ts"], lambda it: has(it, "signals.refine"))
    assert "dead clicks" in shown(reply).lower()
    assert "buy button" in shown(reply)


async def test_a_command_that_slack_delivers_twice_is_answered_once(house: House) -> None:
    await house.fault(kind="duplicate", event="app_mention", copies=3)
    said = await house.say("@Replaybook rage clicks on buy button today")
    answered = await house.reply(said["ts"], lambda it: has(it, "signals.refine"))
    assert answered
    replies = [it for it in await house.replies(said["ts"]) if it.get("bot_id")]
    assert len(replies) == 1


async def test_a_target_nobody_clicked_names_the_closest(house: House) -> None:
    said = await house.ask('frustration signals on "Bui" this week')
    assert "Bui" in said["text"]
    assert "Buy" in shown(said)
    assert not has(said, "clip.make")


async def test_a_page_nobody_saw_is_unknown_until_one_that_was_seen_is_chosen(house: House) -> None:
    said = await house.ask("frustration signals on /shpo this week")
    assert "No page “/shpo”" in said["text"]
    assert not has(said, "clip.make")
    options = [each for block in said["blocks"] for it in block.get("elements", ()) for each in it.get("options", ())]
    value = options[0]["value"]
    assert json.loads(value)["new"] == "/shop"
    await house.press(said, "signals.value", value=value)
    changed = await house.message(lambda it: it["ts"] == said["ts"] and "/shop" in it["text"])
    assert "No page" not in changed["text"]


async def test_what_is_broken_right_now_is_told_by_target(house: House) -> None:
    said = await house.ask("what's broken right now?")
    assert "of all sessions with a click had frustration signals" in said["text"] or "Nobody" in said["text"]
    assert "usual" in shown(said) or "too few" in shown(said)


async def test_refining_updates_the_same_message(house: House) -> None:
    said = await house.ask("frustration signals on buy button this week")
    await house.press(said, "signals.refine")
    view = await house.modal()
    wrong = await house.submit(view, {"question": {"question": "frobnicate"}})
    assert "frobnicate" in wrong["errors"]["question"]
    count = len(await house.messages())
    assert await house.submit(view, {"question": {"question": "dead clicks on checkout today"}}) == {"ok": True}
    changed = await house.message(lambda it: it["ts"] == said["ts"] and "checkout" in it["text"])
    assert has(changed, "signals.refine")
    told = changed["blocks"][1]["elements"][0]["text"]
    assert "Refined by Mina Park: “dead clicks on checkout today”" in told
    assert "was “frustration signals on buy button this week”" in told
    assert len(await house.messages()) == count


async def test_a_clip_says_which_question_it_belongs_to_when_that_was_refined_since(house: House) -> None:
    words = "frustration signals on buy button this week"
    said = await house.ask(words)
    async with house.rendering():
        await house.press(said, "clip.make")
        clip = await house.reply(said["ts"], lambda it: has(it, "clip.later"))
        await house.press(said, "signals.refine", user=JISOO.id)
        view = await house.modal(user=JISOO.id)
        await house.submit(view, {"question": {"question": "이번 주 구매 버튼 분노 클릭"}}, user=JISOO.id)
        await house.message(lambda it: it["ts"] == said["ts"] and "Refined by Jisoo Han" in shown(it))
        assert f"Clip for: “{words}”" in shown(clip)
        await house.press(clip, "clip.later")  # another cut of it belongs to the same words
        cut = await house.reply(said["ts"], lambda it: has(it, "clip.later") and it["ts"] != clip["ts"])
    assert f"Clip for: “{words}”" in shown(cut)


async def test_an_example_of_the_help_is_asked_when_it_is_pressed(house: House) -> None:
    await house.say("/replay help")
    help = await house.message(lambda it: bool(it.get("is_ephemeral")) and "Ask about" in shown(it))
    assert "/replay settings" in shown(help)
    pressed = [it["accessory"] for it in help["blocks"] if it.get("accessory")]
    assert len(pressed) == 3
    said = await asked_by_example(house, help, pressed[0])
    assert "on “Buy”" in said["text"] or "on “구매하기”" in said["text"]
    assert json.loads(pressed[0]["value"])["text"] in said["blocks"][1]["elements"][0]["text"]


async def test_an_example_of_a_refusal_is_asked_when_it_is_pressed(house: House) -> None:
    await house.say("/replay frobnicate the quux")
    told = await house.message(lambda it: bool(it.get("is_ephemeral")) and "frobnicate" in it["text"])
    example = next(it["accessory"] for it in told["blocks"] if it.get("accessory"))
    assert example["accessibility_label"].startswith("Ask: ")
    assert has(await asked_by_example(house, told, example), "signals.refine")


async def asked_by_example(house: House, message: dict[str, Any], button: dict[str, Any]) -> dict[str, Any]:
    """The answer to an example that Mina presses."""
    block = next(it for it in message["blocks"] if it.get("accessory") == button)
    before = {it["ts"] for it in await house.messages()}
    where = {"channel": INCIDENT, "ts": message["ts"], "block_id": block["block_id"]}
    await house.human("press", action_id="signals.example", value=button["value"], **where)
    return await house.message(lambda it: it["ts"] not in before and has(it, "signals.refine"))


async def test_whoever_speaks_another_language_refines_the_question_in_theirs(house: House) -> None:
    """Times are in words, of the zone where they live, and read back as the same question."""
    said = await house.ask("frustration signals on buy button this week")
    await house.press(said, "signals.refine", user=JISOO.id)
    view = await house.modal(user=JISOO.id)
    [text] = [block["element"]["initial_value"] for block in view["blocks"] if block["type"] == "input"]
    assert re.search(r"\d{4}년 \d+월 \d+일 \d\d:\d\d부터 \d{4}년 \d+월 \d+일 \d\d:\d\d까지", text)
    assert await house.submit(view, {"question": {"question": text}}, user=JISOO.id) == {"ok": True}


async def test_a_direct_message_is_a_question_too(house: House) -> None:
    state = await house.look("state")
    direct = next(it["id"] for it in state["channels"] if it.get("is_im"))
    await house.say("rage clicks on buy button today", channel=direct)

    async def answered() -> bool:
        return any(has(it, "signals.refine") for it in await house.messages(channel=direct))

    assert await until(answered)


async def test_in_a_direct_message_a_period_alone_goes_on_and_a_name_begins_anew(house: House) -> None:
    state = await house.look("state")
    direct = next(it["id"] for it in state["channels"] if it.get("is_im"))

    async def answer(text: str) -> str:
        before = {it["ts"] for it in await house.messages(channel=direct)}
        await house.say(text, channel=direct)

        async def found() -> str | None:
            fresh = [it for it in await house.messages(channel=direct) if it["ts"] not in before]
            return next((it["text"] for it in fresh if has(it, "signals.refine")), None)

        return str(await until(found))

    assert "buy button" in await answer("frustration signals on buy button this week")
    assert "buy button" in await answer("and yesterday?")
    assert "checkout" in await answer("dead clicks on checkout today")


def _id(message: dict[str, Any]) -> str:
    value = next(
        it["value"]
        for block in message["blocks"]
        for it in block.get("elements", ())
        if it.get("action_id") == "clip.make"
    )
    return str(json.loads(value)["id"])


@pytest.mark.parametrize(
    ("asked", "understood"),
    [
        ("errors on https://shop.example.com/shop/cart this week", "“/shop/cart”"),
        ('rage clicks on "R&D > Labs" this week', "“R&amp;D &gt; Labs”"),
    ],
)
async def test_a_question_means_the_same_however_slack_delivers_it(house: House, asked: str, understood: str) -> None:
    """As a mention, where Slack puts addresses in brackets and escapes three characters; and as a command."""
    posted = await house.say(f"@Replaybook {asked}")
    reply = await house.reply(posted["ts"], lambda it: "Understood" in str(it.get("blocks")))
    said = await house.human("post", channel=GENERAL, text=f"/replay {asked}")
    assert said["ok"]

    async def answered() -> dict[str, Any] | None:
        return next((it for it in await house.messages(channel=GENERAL) if "Understood" in str(it.get("blocks"))), None)

    for message in (reply, await until(answered)):
        assert understood in message["text"]
        assert "&amp;amp;" not in shown(message)


async def test_whoever_mentions_the_bot_in_a_direct_message_is_understood(house: House) -> None:
    await house.human("home", tab="messages")
    [direct] = [it["id"] for it in (await house.look("state"))["channels"] if it["is_im"]]
    await house.say("@Replaybook rage clicks on buy button today", channel=direct)

    async def answered() -> bool:
        return any(has(it, "signals.refine") for it in await house.messages(channel=direct))

    assert await until(answered)


@pytest.mark.parametrize("words", ["settings", "workspace  settings", "정책"])
async def test_a_form_that_a_mention_cannot_open_is_said_how_to_open(house: House, words: str) -> None:
    mention = await house.say(f"@Replaybook {words}")
    told = await house.reply(mention["ts"], lambda it: f"please type /replay {words[:4]}" in it["text"])
    assert told["is_ephemeral"]
    assert [it for it in await house.replies(mention["ts"]) if not it.get("is_ephemeral")] == []


@pytest.mark.parametrize(
    ("asker", "follow_up"), [(MINA.id, "@Replaybook by browser"), (JISOO.id, "@Replaybook 브라우저별")]
)
async def test_a_thread_is_known_as_soon_as_slack_has_taken_the_answer(
    house: House, monkeypatch: pytest.MonkeyPatch, asker: str, follow_up: str
) -> None:
    """Also before the job comes back, which Slack made wait."""
    monkeypatch.setattr(answer_question, "TAKEN_S", 0.0)
    monkeypatch.setattr(outbox, "AGAIN_S", 3600.0)
    await house.fault(kind="ratelimit", method="chat.postMessage", channel=INCIDENT, retry_after=2, times=1)
    said = await house.ask("dead clicks on buy button this week")
    await house.say(follow_up, thread_ts=said["ts"], user=asker)
    reply = await house.reply(said["ts"], lambda it: has(it, "signals.refine"))
    asked = await house.services.questions.records.get("T0NORDIC01", _id(reply))
    assert (asked.question.target, asked.question.signals) == ("buy button", (Signal.DEAD,))


async def test_the_thread_of_what_nobody_clicked_goes_on_from_its_question(house: House) -> None:
    await house.say('/replay dead clicks on "No such button" this week')
    said = await house.message(lambda it: "No such button" in str(it) and "signals.refine" in str(it))
    await house.say("@Replaybook on buy button", thread_ts=said["ts"])
    reply = await house.reply(said["ts"], lambda it: has(it, "signals.refine"))
    asked = await house.services.questions.records.get("T0NORDIC01", _id(reply))
    assert (asked.question.target, asked.question.signals) == ("buy button", (Signal.DEAD,))


async def test_what_found_nothing_is_no_failure_while_slack_makes_the_channel_wait(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The job doesn't wait for its message to be there, so it can't lose its patience with that."""
    monkeypatch.setattr(answer_question, "TAKEN_S", 0.0)
    monkeypatch.setattr(runner, "PATIENCE", 1)
    await house.fault(kind="ratelimit", method="chat.postMessage", channel=INCIDENT, retry_after=2, times=1)
    await house.say('/replay dead clicks on "No such button" this week')
    said = await house.message(lambda it: has(it, "signals.refine"))
    await quiet(house.redis)
    [now] = [it for it in await house.messages() if it["ts"] == said["ts"]]
    assert "No such button" in shown(now)
    assert has(now, "signals.refine")
    assert await house.replies(said["ts"]) == []
