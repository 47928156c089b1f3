"""`/postmortem`: opens the record of a channel, says how it stands, sets what people decide, and tells it once."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec

from bot.kernel.errors import Unavailable
from bot.notebook.head import DocumentStatus, Severity
from bot.notebook.head_edits import as_text
from bot.notebook.merge import merge
from bot.notebook.notebook import Notebook
from bot.notebook.ports import change
from bot.notebook.timeline import Entry
from bot.queue.job import JobFailure
from bot.services.explain_failure import FailureContext, explain_failure
from bot.services.postmortems.announce_status import announce
from bot.state import keys
from standins.slack.seed import ERIK, GENERAL
from tests.handlers.house import INCIDENT, JISOO, MINA, House, until
from tests.handlers.test_channels import opened as opened_settings
from tests.handlers.test_channels import said
from tests.handlers.test_notebooks import QUESTION, TEAM, added

Json = dict[str, Any]


async def commanded(house: House, text: str, *, user: str = MINA.id, channel: str = INCIDENT) -> Json:
    """The private answer to `/postmortem …`."""
    before = {it["ts"] for it in await house.messages(user=user, channel=channel)}
    await house.say(f"/postmortem {text}", user=user, channel=channel)

    async def found() -> Json | None:
        seen = await house.messages(user=user, channel=channel)
        return next((it for it in seen if it["ts"] not in before and it.get("is_ephemeral")), None)

    return await until(found)


async def record(house: House, fits: Callable[[Notebook], object] = lambda _: True) -> Notebook:
    async def read() -> Notebook | None:
        found = await house.services.postmortems.notebooks.find(TEAM, INCIDENT)
        return found if found and fits(found) else None

    return await until(read)


async def told(house: House, words: str) -> list[Json]:
    return [it for it in await house.messages() if words in it["text"] and not it.get("is_ephemeral")]


async def test_without_a_post_mortem_it_is_said_how_to_open_one(house: House) -> None:
    assert "no post-mortem yet" in (await commanded(house, ""))["text"]
    assert "no post-mortem yet" in (await commanded(house, "severity 2"))["text"]


async def test_opening_reads_the_head_from_the_topic_and_from_who_spoke(house: House) -> None:
    answer = await commanded(house, "open")
    head = (await record(house)).head
    assert (head.severity, head.topic) == (Severity.SEV_2, "Buy button on product pages")
    assert head.commander
    assert (head.commander.name, head.commander.id) == ("Erik Strøm", ERIK.id)
    assert {person.id for person in head.participants} == {MINA.id, JISOO.id, ERIK.id}
    assert "SEV-2" in str(answer["blocks"])
    assert "Erik Strøm" in str(answer["blocks"])
    await until(lambda: told(house, "has a post-mortem now"))
    await commanded(house, "open", user=JISOO.id)
    assert len(await told(house, "has a post-mortem now")) == 1


async def test_the_title_says_what_happened_until_somebody_gives_one(house: House) -> None:
    await commanded(house, "open")
    assert (await record(house)).title == "Post-mortem: #inc-142-checkout"
    await added(house, await house.ask(QUESTION))
    titled = await record(house)
    assert titled.title.startswith("Buy button fails")
    assert titled.head.features == ("Buy button",)
    await commanded(house, "title Nobody could buy")
    await added(house, await house.ask("dead clicks on buy button this week"))
    assert (await record(house)).title == "Nobody could buy"


async def test_a_title_is_as_it_was_typed_with_names_for_what_slack_delivers(house: House) -> None:
    await commanded(house, "open")
    await commanded(house, "title @mina: R&amp;D &gt; Labs fails, see #general")
    assert (await record(house)).title == "@Mina Park: R&D > Labs fails, see #general"


async def test_what_a_person_set_is_never_read_over(house: House) -> None:
    await commanded(house, "open")
    await commanded(house, "severity 3")
    await commanded(house, "commander @jisoo")
    await house.human("topic", channel=INCIDENT, text="SEV-1 | IC @mina | checkout is down")
    head = (await record(house, lambda it: it.head.topic == "checkout is down")).head
    assert (head.severity, head.commander and head.commander.id) == (Severity.SEV_3, JISOO.id)


async def test_the_head_follows_the_topic(house: House) -> None:
    await commanded(house, "open")
    await house.human("topic", channel=INCIDENT, text="sev1 · IC: @mina · all is down")
    head = (await record(house, lambda it: it.head.severity == Severity.SEV_1)).head
    assert head.commander
    assert head.commander.id == MINA.id


SET = (
    ("severity 1", "severity", "1"),
    ("SEV-4", "severity", "4"),
    ("심각도 1로 변경", "severity", "1"),
    ("owner @Jisoo Han", "owner", "Jisoo Han"),
    ("owner me", "owner", "Mina Park"),
    ("담당 @jisoo", "owner", "Jisoo Han"),
    ("owner none", "owner", ""),
    ("owner jisoo", "owner", "Jisoo Han"),
    ("reviewer @erik", "reviewer", "Erik Strøm"),
)


async def test_people_set_the_head(house: House) -> None:
    await commanded(house, "open")
    for text, field, shown in SET:
        answer = await commanded(house, text)
        head = (await record(house)).head
        assert as_text(getattr(head, field)) == shown, text
        assert field in head.by_people
        assert "/notebooks/" in str(answer["blocks"])
        assert answer["text"] not in {it["text"] for it in await house.messages(user=JISOO.id)}, "it is said privately"


REFUSED = (
    ("severity 7", "from 0 to 5"),
    ("severity high", "from 0 to 5"),
    ("status ready", "draft, review or published"),
    ("owner @checkout-team", "A group can’t"),
    ("owner @replaybook", "is a bot"),
    ("owner zorro", "no single person"),
    ("owner @mina @erik", "more than one"),
    ("publsh", "/postmortem publish"),
    ("frobnicate", "/postmortem help"),
    ("status draft @mina", "Only a review"),
    ("title  ", "needs a title"),
)


async def test_what_cannot_be_done_is_one_sentence_to_who_wrote_it(house: House) -> None:
    await commanded(house, "open")
    before = await record(house)
    for text, sentence in REFUSED:
        assert sentence in (await commanded(house, text))["text"], text
    assert (await record(house)).head == before.head


async def test_nobody_takes_a_part_of_whom_slack_tells_no_name(house: House) -> None:
    """An id in place of a name would stay in the record; while Slack is away there is no name at all."""
    await commanded(house, "open")
    before = await record(house)
    house.asked_for.add("user_not_found")
    assert "no single person" in (await commanded(house, "owner <@U0NOBODY99>"))["text"]
    await house.fault(kind="http", method="users.info", status=503, times=10_000)
    await house.redis.delete(keys.person(TEAM, JISOO.id))
    assert "who that is right now" in (await commanded(house, f"owner <@{JISOO.id}>"))["text"]
    await house.redis.delete(keys.person(TEAM, MINA.id))
    assert "who you are right now" in (await commanded(house, "publish"))["text"]
    await house.session.delete(f"{house.root}/_test/faults")
    assert (await record(house)).head == before.head
    await commanded(house, f"owner <@{JISOO.id}>")
    assert as_text((await record(house)).head.owner) == JISOO.real_name


async def test_what_was_typed_is_said_back_with_each_sign_escaped_once(house: House) -> None:
    """Slack delivers commands with &, < and > escaped, and takes messages the same way."""
    await commanded(house, "open")
    for user in (MINA.id, JISOO.id):
        for text in (
            "owner R&amp;D",
            "status review R&amp;D",
            "R&amp;D",
            "severity R&amp;D",
            "status R&amp;D",
        ):
            said = await commanded(house, text, user=user)
            assert "R&amp;D" in str(said["blocks"]), text
            assert "amp;amp" not in str(said), text
        assert "“R&D”" in str((await commanded(house, "list R&amp;D", user=user))["blocks"]), (
            "plain text has no escapes"
        )


async def test_a_reviewer_is_asked_in_the_channel_by_a_mention(house: House) -> None:
    await commanded(house, "open")
    await commanded(house, "status review @jisoo")
    [asked] = await until(lambda: told(house, "Please review the post-mortem"))
    assert f"<@{JISOO.id}>" in str(asked["blocks"])
    head = (await record(house)).head
    assert head.status is DocumentStatus.IN_REVIEW
    assert head.last_change
    assert head.last_change.who.name == "Mina Park"


async def test_publishing_is_told_to_the_channel_once(house: House) -> None:
    await commanded(house, "open")
    await commanded(house, "publish")
    await until(lambda: told(house, "The post-mortem is published"))
    assert "already" in (await commanded(house, "게시", user=ERIK.id))["text"]
    assert "이미" in (await commanded(house, "상태 게시됨", user=JISOO.id))["text"]
    assert len(await told(house, "The post-mortem is published")) == 1


async def test_that_it_was_published_in_another_year_is_told_with_the_year(house: House) -> None:
    await commanded(house, "open")
    await commanded(house, "publish")
    await until(lambda: told(house, "The post-mortem is published"))

    def a_year_ago(now: Notebook) -> Notebook:
        *before, last = now.head.history
        last = msgspec.structs.replace(last, at=last.at - timedelta(days=400))
        return msgspec.structs.replace(now, head=msgspec.structs.replace(now.head, history=(*before, last)))

    aged = await change(house.services.postmortems.notebooks, (await record(house)).id, a_year_ago)
    assert aged.head.last_change
    again = (await commanded(house, "publish", user=ERIK.id))["text"]
    assert str(aged.head.last_change.at.year) in again, again


async def test_publishing_again_is_told_in_the_thread_of_the_first(house: House) -> None:
    await commanded(house, "open")
    await commanded(house, "publish")
    [first] = await until(lambda: told(house, "The post-mortem is published"))
    await commanded(house, "status draft")
    await commanded(house, "publish")
    await house.reply(first["ts"], lambda it: "published again" in it["text"])
    assert len(await told(house, "The post-mortem is published")) == 1


async def test_whoever_publishes_hears_when_the_channel_cannot_be_told(house: House) -> None:
    await commanded(house, "open")
    await commanded(house, "publish")
    base, job = house.services, announce(await record(house, lambda it: it.head.published))
    assert job
    context = FailureContext(base.slack, base.questions.records, base.clips.records, base.requests.records)
    error = Unavailable("The store is away.")
    await explain_failure(context, JobFailure("announce", job.job_id, job, error, error.sentence, "ABCD-2345"))
    [private] = await until(lambda: whispered(house, "The store is away."))
    assert "ABCD-2345" in str(private["blocks"])


async def whispered(house: House, words: str) -> list[Json]:
    return [it for it in await house.messages() if words in str(it) and it.get("is_ephemeral")]


async def test_the_list_shows_how_each_stands_and_is_searched_in_both_languages(house: House) -> None:
    await commanded(house, "open")
    await commanded(house, "제목 구매 버튼이 눌리지 않음")
    found = str((await commanded(house, "list 구매버튼 sev2", channel=GENERAL))["blocks"])
    for wanted in ("구매 버튼이 눌리지 않음", "Draft", "SEV-2", f"<#{INCIDENT}>"):
        assert wanted in found
    assert "None that you can see" in str((await commanded(house, "list refunds"))["blocks"])
    assert "구매 버튼이" in str((await commanded(house, "목록 초안", user=JISOO.id))["blocks"])


async def test_export_answers_with_links_that_are_there(house: House) -> None:
    await commanded(house, "open")
    answer = str((await commanded(house, "export"))["blocks"])
    notebook = await record(house)
    base = house.services.postmortems.public_url
    assert f"<{base}{notebook.path}.md|Markdown>" in answer
    assert "Short PDF" not in answer, "nothing is starred"
    starred, context = Entry("s", house.clock(), "Rolled back", starred=True), house.services.postmortems
    await change(context.notebooks, notebook.id, lambda now: merge(now, [starred], context.text.for_notebook(now)))
    answer = str((await commanded(house, "export"))["blocks"])
    assert f"<{base}{notebook.path}.pdf?short=1|Short PDF>" in answer
    for link in re.findall(rf"<({re.escape(base)}[^|>]+)\|(?:Markdown|HTML|ZIP)>", answer):
        async with house.session.get(link) as page:
            assert page.status == 200


async def test_a_channel_chooses_the_template_of_its_post_mortem(house: House) -> None:
    view = await opened_settings(house)
    menu = next(it["element"] for it in view["blocks"] if it.get("block_id") == "template")
    assert [it["text"]["text"] for it in menu["options"]] == ["By severity", "Full", "Lightweight", "For customers"]
    assert await house.submit(view, said(template="customers")) == {"ok": True}
    await until(lambda: told(house, "post-mortems from the template “customers”"))
    await commanded(house, "open")
    notebook = await record(house)
    assert (notebook.head.template, notebook.head.for_customers) == ("customers", True)
    async with house.session.get(f"{house.services.postmortems.public_url}{notebook.path}") as page:
        shown = await page.text()
    assert "What we will do so that it doesn’t happen again" in shown
    assert "Erik" not in shown


async def test_help_names_what_works(house: House) -> None:
    assert "/postmortem severity 2" in str((await commanded(house, "help"))["blocks"])
    assert "심각도 2" in str((await commanded(house, "도움말", user=JISOO.id))["blocks"])
