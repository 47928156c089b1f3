"""The discussion both ways: the thread's replies stand in the notebook, the page's comments in the thread."""

from __future__ import annotations

from typing import Any

from bot.notebook.notebook import Notebook
from standins.slack.seed import BOT
from tests.handlers.house import INCIDENT, JISOO, MINA, House, has, until
from tests.handlers.test_notebooks import QUESTION, TEAM, added, notebook
from tests.handlers.walking import quiet

Json = dict[str, Any]


async def said_in_notebook(house: House) -> list[tuple[str, str]]:
    return [(comment.author, comment.text) for comment in (await notebook(house)).comments]


async def reads(house: House, *comments: tuple[str, str]) -> None:
    async def same() -> bool:
        return await said_in_notebook(house) == list(comments)

    await until(same)


async def comment(house: House, kept: Notebook, text: str, name: str = "Minseo", key: str = "k1") -> None:
    url = f"{house.services.postmortems.public_url}{kept.path}/comments"
    form = {"text": text, "name": name, "key": key}
    async with house.session.post(url, data=form, allow_redirects=False) as answer:
        assert answer.status == 303


async def open_thread(house: House) -> Json:
    answer = await house.ask(QUESTION)
    await added(house, answer)
    await quiet(house.redis)
    return answer


async def test_a_reply_its_edit_and_its_deletion_reach_the_notebook(house: House) -> None:
    answer = await open_thread(house)
    first = await house.say("*Rolled* back?", thread_ts=answer["ts"], user=JISOO.id)
    await reads(house, ("Jisoo Han", "**Rolled** back?"))
    [kept] = (await notebook(house)).comments
    assert kept.link.endswith(f"thread_ts={answer['ts']}&cid={INCIDENT}")
    second = await house.say(f"Yes, <@{JISOO.id}>", thread_ts=answer["ts"])
    await reads(house, ("Jisoo Han", "**Rolled** back?"), ("Mina Park", "Yes, @Jisoo Han"))
    await house.human("edit", user=JISOO.id, channel=INCIDENT, ts=first["ts"], text="Rolled back at 14:02?")
    await reads(house, ("Jisoo Han", "Rolled back at 14:02?"), ("Mina Park", "Yes, @Jisoo Han"))
    await house.human("delete", channel=INCIDENT, ts=second["ts"])
    await reads(house, ("Jisoo Han", "Rolled back at 14:02?"))


async def test_a_reply_that_is_delivered_again_is_there_once(house: House) -> None:
    answer = await open_thread(house)
    await house.fault(kind="duplicate", event="message", copies=3)
    await house.say("Once", thread_ts=answer["ts"], broadcast=True)
    await reads(house, ("Mina Park", "Once"))
    await quiet(house.redis)
    await reads(house, ("Mina Park", "Once"))


async def test_what_was_said_before_there_was_a_notebook_is_in_it(house: House) -> None:
    answer = await house.ask(QUESTION)
    await house.say("Before", thread_ts=answer["ts"], user=JISOO.id)
    gone = await house.say("Not this", thread_ts=answer["ts"])
    await house.human("delete", channel=INCIDENT, ts=gone["ts"])
    await added(house, answer)
    await reads(house, ("Jisoo Han", "Before"))


async def test_other_threads_are_nobodys_business_and_leave_nothing_in_redis(house: House) -> None:
    answer = await open_thread(house)
    other = await house.say("Lunch?")
    await quiet(house.redis)
    before = await kept_names(house)
    calls = await house.journal(way="api")
    for text in ("Noodles", "Pizza"):
        await house.say(text, thread_ts=other["ts"])
    await house.say("Hello all")
    await house.say("Ours", thread_ts=answer["ts"])
    await reads(house, ("Mina Park", "Ours"))
    await quiet(house.redis)
    assert await kept_names(house) == before
    assert len(await house.journal(way="api")) == len(calls) + 1, "one link was asked for"


async def kept_names(house: House) -> set[str]:
    """The names of everything kept, without what queue, clock and inbox keep for themselves: a delivery's name stays
    for a quarter of an hour, so that its repeat is known."""
    names = [name.decode() if isinstance(name, bytes) else name async for name in house.redis.scan_iter("*")]
    return {name for name in names if not name.startswith(("streaq", "{all}:inbox:"))}


async def test_a_mention_in_the_thread_is_a_question_and_no_comment(house: House) -> None:
    answer = await open_thread(house)
    await house.say(f"<@{BOT.id}> only on ios", thread_ts=answer["ts"])
    await house.reply(answer["ts"], lambda it: has(it, "signals.refine"))
    await house.say("Thanks", thread_ts=answer["ts"])
    await reads(house, ("Mina Park", "Thanks"))


async def test_a_comment_on_the_page_is_said_in_the_thread_once_and_never_comes_back(house: House) -> None:
    answer = await open_thread(house)
    kept = await notebook(house)
    for _ in range(2):
        await comment(house, kept, "It was the *stock check*\nsince 14:10")
    reply = await house.reply(answer["ts"], lambda it: "(on the page)" in it["text"])
    assert reply["text"] == "Minseo (on the page): It was the ∗stock check∗ since 14:10"
    await house.say("I agree", thread_ts=answer["ts"], user=JISOO.id)
    await reads(house, ("Minseo", "It was the *stock check*\nsince 14:10"), ("Jisoo Han", "I agree"))
    await quiet(house.redis)
    replies = await house.replies(answer["ts"])
    assert len([it for it in replies if "(on the page)" in it["text"]]) == 1
    assert len(await said_in_notebook(house)) == 2


async def test_a_hostile_comment_is_inert_in_the_channel(house: House) -> None:
    answer = await open_thread(house)
    text = f"<!channel> <@{MINA.id}> <https://evil.example|our page> *b* `c` :tada:\n> q\n" + "&" * 20_000
    await comment(house, await notebook(house), text, name=f"<@{JISOO.id}> *x*")
    reply = await house.reply(answer["ts"], lambda it: "(on the page)" in it["text"])
    shown = str(reply["blocks"]) + reply["text"]
    for live in ("<!channel>", f"<@{MINA.id}>", f"<@{JISOO.id}>", "<https://evil", "*b*", "`c`"):
        assert live not in shown, live


async def test_the_form_says_where_a_comment_goes(house: House) -> None:
    await open_thread(house)
    kept = await notebook(house)
    async with house.session.get(f"{house.services.postmortems.public_url}{kept.path}") as page:
        assert f"It is also posted in #inc-142-checkout, in the thread of “{QUESTION}”" in await page.text()


async def test_a_comment_goes_to_the_request_when_there_is_one(house: House) -> None:
    answer = await open_thread(house)
    await house.press(answer, "backlog.ask")
    await house.reply(answer["ts"], lambda it: has(it, "backlog.in_backlog"))
    await quiet(house.redis)
    page = f"{house.services.postmortems.public_url}{(await notebook(house)).path}"
    async with house.session.get(page) as form:
        assert "in the thread of “Buy button”" in await form.text()
    newer = await house.ask("dead clicks on checkout this week")
    await quiet(house.redis)
    found = await house.services.questions.records.newest_thread(TEAM, INCIDENT)
    assert found
    assert found[0] == newer["ts"]
    await comment(house, await notebook(house), "To the owner")
    await house.reply(answer["ts"], lambda it: "To the owner" in it["text"])
