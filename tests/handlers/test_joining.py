"""The same question twice in a channel: answered once, and whoever asks again is shown where."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.services.questions import dedupe
from bot.services.questions.question_records import QuestionRecords
from bot.services.questions.submit import Asking, ask
from bot.signals.asked_question import AskedQuestion
from bot.state.locks import Leases
from tests.handlers.house import INCIDENT, JISOO, MINA, House, Json, has, until
from tests.handlers.walking import TEAM, quiet

ASKED = "frustration signals on buy button this week"


async def answers(house: House) -> list[Json]:
    return [it for it in await house.messages() if has(it, "signals.refine")]


async def link_of(house: House, message: Json) -> str:
    client = house.services.slack.clients.for_team("T0NORDIC01")
    return str((await client.chat_getPermalink(channel=INCIDENT, message_ts=message["ts"]))["permalink"])


async def test_a_fresh_answer_is_shown_again_and_says_so(house: House) -> None:
    said = await house.ask(ASKED)
    await house.say(f"/replay {ASKED}")
    told = await house.whispered()
    assert "answered less than a minute ago" in told
    assert "frustration signals on “buy button”" in told
    whisper = next(it for it in await house.messages() if it.get("is_ephemeral"))
    assert await link_of(house, said) in str(whisper)
    assert len(await answers(house)) == 1


async def test_other_words_for_the_same_are_the_same_question(house: House) -> None:
    await house.ask(ASKED)
    await house.say("/replay this week: frustration on buy button")
    assert "answered less than a minute ago" in await house.whispered()


async def test_two_at_once_run_one_answer(house: House) -> None:
    await asyncio.gather(*(house.say(f"/replay {ASKED}") for _ in range(4)))
    await house.whispered()
    await house.message(lambda it: has(it, "signals.refine"))
    posted = [it for it in await house.messages() if it.get("bot_id") and not it.get("is_ephemeral")]
    assert len([it for it in posted if "buy button" in it["text"]]) == 1


class DyingLeases(Leases):
    """Whoever takes one dies before it has it."""

    async def take(self, key: str, who: str, seconds: int) -> str:
        raise asyncio.CancelledError


async def test_a_question_whose_bot_died_before_it_was_claimed_is_the_second_one(house: House) -> None:
    """It was kept, and delivered again after somebody had typed it anew."""
    questions, asker = house.services.questions, await house.services.slack.people.get(TEAM, MINA.id)
    asking = Asking(team=TEAM, channel=INCIDENT, asker=asker, text=ASKED, delivery="the first")
    with pytest.raises(asyncio.CancelledError):
        await ask(replace(questions, leases=DyingLeases(house.redis)), asking)
    said = await house.ask(ASKED)
    assert (await ask(questions, asking)).id == _id(said)
    await quiet(house.redis)
    assert [it["ts"] for it in await answers(house)] == [said["ts"]]
    assert "answered less than a minute ago" in await house.whispered()


async def test_a_question_whose_bot_died_before_it_was_promised_is_answered(house: House) -> None:
    questions, asker = house.services.questions, await house.services.slack.people.get(TEAM, MINA.id)
    asking = Asking(team=TEAM, channel=INCIDENT, asker=asker, text=ASKED, delivery="the first")
    with pytest.raises(asyncio.CancelledError):
        await ask(replace(questions, leases=DyingLeases(house.redis)), asking)
    asked = await ask(questions, asking)
    assert _id(await house.message(lambda it: has(it, "signals.refine"))) == asked.id
    assert (await ask(questions, asking)).id == asked.id
    await quiet(house.redis)
    assert len(await answers(house)) == 1


class RemovingLeases(Leases):
    """Meanwhile another one took the question for a repetition, and took its record away."""

    def __init__(self, house: House) -> None:
        super().__init__(house.redis)
        self._records = house.services.questions.records

    async def take(self, key: str, who: str, seconds: int) -> str:
        asked = await self._records.get(TEAM, who)
        await self._records.remove(asked, await self._records.version(asked))
        return await super().take(key, who, seconds)


async def test_a_question_that_is_taken_for_a_repetition_and_promised_at_once_is_answered(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Slack delivered it twice, and something arrived in between, for which it is answered anew."""
    questions, asker = house.services.questions, await house.services.slack.people.get(TEAM, MINA.id)
    said = await house.ask(ASKED)
    await quiet(house.redis)
    asking = Asking(team=TEAM, channel=INCIDENT, asker=asker, text=ASKED, delivery="the second")
    remove, rivals = QuestionRecords.remove, list[AskedQuestion]()

    async def remove_late(records: QuestionRecords, asked: AskedQuestion, version: int) -> None:
        await questions.leases.drop(asked.claim, _id(said))
        rivals.append(await ask(questions, asking))
        await remove(records, asked, version)

    monkeypatch.setattr(QuestionRecords, "remove", remove_late)
    await ask(questions, asking)
    await quiet(house.redis)
    assert [_id(it) for it in await answers(house)] == [_id(said), rivals[0].id]
    assert not [it["text"] for it in await house.messages() if "Looking" in it["text"]]


async def test_a_question_whose_record_was_taken_away_before_it_was_claimed_is_answered(house: House) -> None:
    questions, asker = house.services.questions, await house.services.slack.people.get(TEAM, MINA.id)
    asking = Asking(team=TEAM, channel=INCIDENT, asker=asker, text=ASKED, delivery="the first")
    asked = await ask(replace(questions, leases=RemovingLeases(house)), asking)
    assert _id(await house.message(lambda it: has(it, "signals.refine"))) == asked.id


async def test_a_mention_is_told_in_its_thread_and_goes_on_from_there(house: House) -> None:
    await house.ask(ASKED)
    mine = await house.say(f"@Replaybook {ASKED}")
    reply = await house.reply(mine["ts"], lambda it: "less than a minute ago" in it["text"])
    assert not reply.get("is_ephemeral")
    await house.say("@Replaybook only Safari", thread_ts=mine["ts"])
    follow = await house.reply(mine["ts"], lambda it: has(it, "signals.refine"))
    assert "Safari" in str(follow)


async def test_another_language_is_another_answer(house: House) -> None:
    await house.ask(ASKED)
    korean = await house.ask("이번 주 구매 버튼 불만 신호", user=JISOO.id)
    assert "명" in korean["text"]


async def test_a_refined_answer_is_no_answer_to_the_first_question(house: House) -> None:
    said = await house.ask(ASKED)
    await house.press(said, "signals.refine")
    await house.submit(await house.modal(), {"question": {"question": "dead clicks on checkout today"}})
    await house.message(lambda it: it["ts"] == said["ts"] and "checkout" in it["text"])
    again = await house.ask(ASKED)
    assert "buy button" in again["text"]


async def test_after_a_failure_the_question_may_be_asked_at_once(house: House) -> None:
    await house.say('/replay frustration signals on "Bui" this week')
    await house.message(lambda it: "Bui" in it["text"] and has(it, "signals.refine"))
    await house.say('/replay frustration signals on "Bui" this week')

    async def both() -> bool:
        return len([it for it in await answers(house) if "Bui" in it["text"]]) == 2

    assert await until(both)


async def test_nobody_waits_for_a_worker_that_died(house: House) -> None:
    """Its claim ends by itself, as the job would have been stopped."""
    leases, redis = house.services.questions.leases, house.redis
    await house.ask(ASKED)
    asked = await house.services.questions.records.get("T0NORDIC01", _id((await answers(house))[0]))
    assert 0 < await redis.ttl(asked.claim) <= dedupe.FRESH_S
    assert await leases.take("a:claim", "one", dedupe.RUNNING_S) == "one"
    assert await leases.take("a:claim", "two", dedupe.RUNNING_S) == "one"
    assert 0 < await redis.ttl("a:claim") <= dedupe.RUNNING_S
    await leases.drop("a:claim", "two")
    assert await leases.take("a:claim", "two", 1) == "one"
    await leases.drop("a:claim", "one")
    assert await leases.take("a:claim", "two", 1) == "two"


def _id(message: Json) -> str:
    import json

    value = next(it["value"] for block in message["blocks"] for it in block.get("elements", ()) if "value" in it)
    return str(json.loads(value)["id"])
