"""*Find the replay* on a message: answered in its thread, with a clip."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.signals.question import Period, Question
from bot.signals.source import Moment
from bot.slack.own_links import own_links_in
from bot.state import keys
from standins.slack.seed import ERIK
from tests.handlers.house import INCIDENT, JISOO, MINA, House, has, until
from tests.handlers.walking import quiet

Json = dict[str, Any]
QUESTION = "rage clicks on buy button this week"


async def find(house: House, ts: str, user: str = MINA.id) -> None:
    answer = await house.human("shortcut", user=user, channel=INCIDENT, ts=ts, callback_id="clip.find")
    assert answer["ok"], answer


async def seen(house: House) -> Moment:
    """A session of the sample week with a replay."""
    now = house.clock()
    source = house.services.questions.reader.source
    return (await source.moments(Question(Period(now - timedelta(days=7), now)), [], limit=5))[0]


async def answered(house: House, ts: str) -> Json:
    """The answer in the message's thread, once a clip of it is on its way there."""
    await house.reply(ts, lambda it: has(it, "clip.cancel") or has(it, "clip.window"))
    return await house.reply(ts, lambda it: has(it, "signals.refine"))


async def test_a_session_in_a_link_of_somebody_elses_is_found_and_filmed(house: House) -> None:
    moment = await seen(house)
    link = f"https://app.datadoghq.com/rum/replay/sessions/{moment.session_id}?ts=1"
    posted = await house.say(f"This customer is furious: {link}", user=JISOO.id)
    async with house.rendering():
        await find(house, posted["ts"])
        answer = await answered(house, posted["ts"])
        assert moment.session_id in str(answer["blocks"])
        clip = await house.reply(posted["ts"], lambda it: has(it, "clip.window"))
    assert clip["thread_ts"] == posted["ts"]


@pytest.mark.parametrize(
    "text",
    [
        f"Could somebody look?\n{QUESTION}",
        "The Buy button is broken again! rage clicks on buy button this week. Thanks",
    ],
)
async def test_a_question_among_other_words_is_asked_in_the_thread(house: House, text: str) -> None:
    posted = await house.say(text, user=JISOO.id)
    await find(house, posted["ts"])
    assert "rage clicks on “buy button”" in str((await answered(house, posted["ts"]))["blocks"])


@pytest.mark.parametrize(
    ("text", "user", "said", "offered"),
    [
        ("Yesterday on the checkout page.", MINA.id, "names no signals", "Yesterday on the checkout page frustration"),
        ("어제 결제 페이지", JISOO.id, "신호(분노 클릭", "어제 결제 페이지 불만 신호"),
    ],
)
async def test_a_sentence_without_signals_is_not_asked_but_offered(
    house: House, text: str, user: str, said: str, offered: str
) -> None:
    posted = await house.say(text, user=ERIK.id)
    await find(house, posted["ts"], user=user)

    async def whispered() -> bool:
        return said in await house.whispered(user=user)

    await until(whispered)
    seen = [*await house.messages(user=user), *await house.replies(posted["ts"], user=user)]
    assert offered in str([it for it in seen if it.get("is_ephemeral")])
    await quiet(house.redis)
    assert [it for it in await house.replies(posted["ts"]) if not it.get("is_ephemeral")] == []


async def test_a_link_to_an_answer_asks_its_question_here(house: House) -> None:
    said = await house.ask(QUESTION)
    page = next(link for link in own_links_in(house.services.postmortems.public_url, str(said["blocks"])))
    await until(lambda: free_again(house))
    posted = await house.say(f"See {page.url}", user=JISOO.id)
    await find(house, posted["ts"])
    there = await answered(house, posted["ts"])
    assert there["ts"] != said["ts"]
    assert "buy button" in str(there["blocks"])


async def free_again(house: House) -> bool:
    """A question that was answered a moment ago isn't answered anew."""
    async for key in house.redis.scan_iter(keys.running("T0NORDIC01", INCIDENT, "*")):
        await house.redis.delete(key)
    return True


async def test_a_question_that_was_just_answered_gets_its_clip_where_it_is(house: House) -> None:
    said = await house.ask(QUESTION)
    posted = await house.say(QUESTION, user=MINA.id)
    await find(house, posted["ts"])
    await house.reply(said["ts"], lambda it: has(it, "clip.cancel") or has(it, "clip.window"))
    assert [it for it in await house.replies(posted["ts"]) if has(it, "signals.refine")] == []


async def test_what_has_no_replay_is_said_to_whoever_asked_alone(house: House) -> None:
    posted = await house.say("Good morning everybody :coffee:", user=JISOO.id)
    await find(house, posted["ts"])

    async def told(words: str) -> bool:
        return words in await house.whispered()

    await until(lambda: told("names no session, person or answer"))
    unknown = await house.say("session 0b1c2d3e-1111-2222-3333-444455556666 hangs", user=JISOO.id)
    await find(house, unknown["ts"])
    await until(lambda: told("0b1c2d3e-1111-2222-3333-444455556666"))
    await quiet(house.redis)
    for ts in (posted["ts"], unknown["ts"]):
        assert [it for it in await house.replies(ts) if not it.get("is_ephemeral")] == []
