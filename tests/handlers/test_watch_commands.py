"""What people do with watches through the whole bot: set, list and end them; and how they end by themselves."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, cast

import msgspec

from bot.services.watches.jobs import WatchJob
from bot.services.watches.watch_clock import look_at_watch, tick_watches
from bot.signals.watch import Watch
from tests.handlers.house import INCIDENT, JISOO, MINA, House, has, until
from tests.handlers.test_deliveries import deliver, signed
from tests.handlers.test_watches import QUESTION, count_is, named, the_watch, visited, watched, watching
from tests.handlers.walking import quiet

Json = dict[str, Any]
TEAM = "T0NORDIC01"
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


async def test_watches_are_listed_and_ended_by_anyone(house: House) -> None:
    said = await watched(house)
    await house.say("/replay watches")
    listed = await house.message(lambda it: it["text"].startswith("This channel watches 1 question"))
    block = next(it for it in listed["blocks"] if it.get("accessory"))
    assert "Set by Mina Park" in block["text"]["text"]
    await house.press(said, "watches.end", user=JISOO.id)
    await house.message(lambda it: "ended this watch" in it["text"] and it["ts"] == said["ts"])
    assert await house.services.watches.records.of_channel(TEAM, INCIDENT) == []
    end = {"block_id": block["block_id"], "elements": [block["accessory"]]}
    await house.press({**listed, "blocks": [end]}, "watches.end_listed")
    await house.message(lambda it: it["text"] == "Nothing is watched in this channel.")


async def test_the_same_question_is_watched_once_and_a_channel_has_a_limit(house: House) -> None:
    await watched(house)
    await house.say(f"/replay watch for {QUESTION} this week")
    await house.message(lambda it: "watches that already" in it["text"])
    for n in range(9):
        await house.services.watches.records.add(
            msgspec.structs.replace(await the_first(house), id=f"w{n}"), f"other {n}", 10, 50
        )
    await house.say("/replay watch dead clicks on gift card")
    await house.message(lambda it: "10 watches" in it["text"])


async def the_first(house: House) -> Watch:
    return (await house.services.watches.records.of_channel(TEAM, INCIDENT))[0]


async def test_a_button_under_an_answer_has_it_watched_and_koreans_read_korean(house: House) -> None:
    said = await house.ask("이번 주 구매 버튼 불만 신호", user=JISOO.id)
    await house.press(said, "watches.set", user=JISOO.id)
    told = await house.reply(said["ts"], lambda it: it["text"].startswith("지금부터 감시"))
    assert has(told, "watches.end")
    await house.say("/replay 감시 목록", user=JISOO.id)
    assert "감시하는 질문 1개" in await house.whispered(user=JISOO.id)
    await house.say("/replay 구매 버튼 오류 감시해 줘", user=JISOO.id)
    await until(lambda: count_is(house, 2))
    await quiet(house.redis)


async def test_a_target_that_nobody_knows_is_not_watched_and_whoever_asked_is_told(house: House) -> None:
    await house.say("/replay watch errors on flux capacitor")
    assert "Nothing is watched" in await house.whispered()
    await until(lambda: count_is(house, 0))


async def test_words_that_mean_nothing_are_explained_with_examples_of_watches(house: House) -> None:
    await house.say("/replay watch flabbergasted clicks between")
    said = await until(lambda: examples(house))
    assert "/replay watch " in said
    assert await count_is(house, 0)


async def examples(house: House) -> str:
    alone = [it for it in await house.messages(user=MINA.id) if it.get("is_ephemeral")]
    return str(alone[-1]["blocks"]) if alone else ""


async def test_a_watch_ends_by_itself_and_says_so(house: House) -> None:
    await watched(house)
    watch = await the_watch(house)
    for _ in range(2):
        await look_at_watch(watching(house, watch.until), WatchJob(team=TEAM, watch=watch.id))
    await quiet(house.redis)
    assert len(await named(house, "This watch ended by itself")) == 2, "the new one, and the one that said it was set"
    assert await count_is(house, 0)


async def test_the_clock_asks_a_bounded_number_a_minute_and_the_longest_waiting_first(house: House) -> None:
    await watched(house)
    now = house.clock() + HOUR
    records = house.services.watches.records
    for n in range(30):
        await records.due.look_at(TEAM, f"none-{n:02}", now - (30 - n) * MINUTE)
    context = watching(house, now)
    await tick_watches(context)
    left = {id for _, id in await records.due.due(now)}
    assert len(left) == 30 - context.limits.questions_a_minute
    assert "none-00" not in left


async def test_an_archived_channel_watches_nothing_and_is_told_nothing(house: House) -> None:
    await watched(house)
    watch = await the_watch(house)
    async with house.session.post(f"{house.root}/_test/archive", json={"channel": INCIDENT, "user": MINA.id}) as done:
        assert done.status == 200
    await until(lambda: count_is(house, 0))
    now = house.clock() + 2 * HOUR
    await visited(house, now, 40, 30)
    await look_at_watch(watching(house, now), WatchJob(team=TEAM, watch=watch.id))
    assert not await house.services.watches.records.due.due(now + 2 * HOUR)


async def test_an_archiving_that_is_heard_of_late_ends_no_watch_that_was_set_since(house: House) -> None:
    """The channel was brought back in the meantime."""
    before = house.clock() - HOUR
    await watched(house)
    where = {"type": "channel_archive", "channel": INCIDENT, "user": MINA.id}
    late = {"type": "event_callback", "team_id": TEAM, "event": {**where, "event_ts": f"{before.timestamp():.6f}"}}
    body = json.dumps(late).encode()
    assert await deliver(house, body, signed(body)) == 200
    await quiet(house.redis)
    assert await count_is(house, 1)


async def test_an_archived_channel_of_which_nobody_told_the_bot_is_noticed_before_it_speaks(house: House) -> None:
    await watched(house)
    watch, now = await the_watch(house), house.clock() + 2 * HOUR
    await visited(house, now, 40, 30)

    async def unheard(*_: str) -> bool:
        return False

    people = cast(Any, Deaf(house.services.slack.people, unheard))
    deaf = replace(watching(house, now), slack=replace(house.services.slack, people=people))
    await look_at_watch(deaf, WatchJob(team=TEAM, watch=watch.id))
    assert await count_is(house, 0)
    assert not await named(house, "More than usual")


@dataclass
class Deaf:
    """Slack, as it says that nobody is heard in a channel."""

    real: Any
    can_be_heard: Any

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)


async def test_a_mention_in_the_thread_of_an_answer_watches_its_question(house: House) -> None:
    await visited(house, house.clock(), 30)
    said = await house.ask(QUESTION)
    await house.say("<@U0RPLAYBK1> watch", thread_ts=said["ts"])
    told = await house.reply(said["ts"], lambda it: it["text"].startswith("Watched from now on"))
    assert "gift card" in told["text"]
