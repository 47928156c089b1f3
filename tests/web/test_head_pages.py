"""The head of a post-mortem on its page: shown, set by people without script, conflicts said."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
from redis.asyncio import Redis

from bot.notebook.head import DocumentStatus, Head, Participant, Severity, StatusChange
from bot.notebook.merge import merge
from bot.notebook.ports import change
from bot.notebook.postmortem import open_postmortem
from bot.notebook.postmortem_templates import PostmortemTemplates
from bot.web.exported_page import ExportedPages
from tests.notebook.examples import CLIP, EVERYTHING, NOON, NUMBER
from tests.web.served import PAGES, WORDS, Served, served

HOSTILE = '"><script>alert(2)</script>| *x* |'
ERIK = Participant("Erik Strøm", "U2")
HEAD = Head(
    severity=Severity.SEV_2,
    commander=ERIK,
    participants=(ERIK, Participant("Mina Park", "U1")),
    features=("Buy button",),
    services=("shop-web",),
    incident="IR-142",
    incident_link="https://app.example/incidents/142",
    topic="Buy is broken",
)


@pytest.fixture
async def page(redis: Redis, tmp_path: Path) -> AsyncIterator[Served]:
    running = await served(redis, tmp_path / "files")
    await with_head(running, HEAD)
    yield running
    await running.client.close()


async def with_head(page: Served, head: Head) -> None:
    await change(page.store, page.notebook.id, lambda it: msgspec.structs.replace(it, head=head))


async def html(page: Served) -> str:
    return await (await page.client.get(page.notebook.path)).text()


async def form(page: Served) -> dict[str, str]:
    """The fields of the form as a browser would send them back."""
    [drawn] = re.findall(r'action="[^"]*/head".*?</form>', await html(page), re.S)
    fields = dict(re.findall(r'<input[^>]*? name="(\w+)" value="([^"]*)"', drawn))
    for name, options in re.findall(r'<select name="(\w+)">(.*?)</select>', drawn, re.S):
        fields[name] = re.findall(r'value="([^"]*)" selected', options)[0]
    return {**fields, "name": "Jisoo"}


async def test_the_head_is_shown(page: Served) -> None:
    text = await html(page)
    for wanted in ("Draft", "SEV-2", "Erik Strøm, Mina Park, Minseo", "Buy button", "shop-web", "Buy is broken",
                   '<a href="https://app.example/incidents/142" rel="noopener noreferrer">IR-142</a>'):  # fmt: skip
        assert wanted in text, wanted


async def test_the_head_is_in_the_markdown(page: Served) -> None:
    text = await (await page.client.get(f"{page.notebook.path}.md")).text()
    for wanted in ("| Status | Draft |", "| Severity | SEV-2 |", "| Commander | Erik Strøm |",
                   "| Features | Buy button |",
                   "| Incident | [IR-142](https://app.example/incidents/142) |"):  # fmt: skip
        assert wanted in text, wanted


async def test_people_set_status_severity_and_roles(page: Served) -> None:
    sent = {**await form(page), "status": "in_review", "severity": "1", "owner": "mina park", "reviewer": "Someone New"}
    status, where = await page.send("/head", sent)
    assert (status, where) == (303, f"{page.notebook.path}#top")
    head = (await page.now()).head
    assert (head.status, head.severity) == (DocumentStatus.IN_REVIEW, Severity.SEV_1)
    assert (head.owner, head.reviewer) == (Participant("Mina Park", "U1"), Participant("Someone New"))
    assert head.by_people == {"status", "severity", "owner", "reviewer"}, "what was left as it was is not set"
    assert head.history == (StatusChange(DocumentStatus.IN_REVIEW, Participant("Jisoo"), NOON),)
    assert [it.head.status for it in page.set_heads] == [DocumentStatus.IN_REVIEW]
    text = await html(page)
    assert "In review" in text
    assert 'value="Jisoo"' in text, "the name is remembered"


async def test_a_severity_and_a_role_can_be_taken_back(page: Served) -> None:
    await page.send("/head", {**await form(page), "severity": "", "commander": " "})
    head = (await page.now()).head
    assert (head.severity, head.commander) == (None, None)
    assert head.by_people == {"severity", "commander"}


async def test_a_change_that_was_overtaken_says_so_and_saves_nothing(page: Served) -> None:
    mine = {**await form(page), "severity": "3", "owner": "Mina Park"}
    theirs = {**await form(page), "severity": "1", "reviewer": "Erik Strøm"}
    await page.send("/head", theirs)
    status, text = await page.send("/head", mine)
    assert status == 409
    assert "SEV-1" in text
    assert "SEV-3" in text
    assert (await page.now()).head.owner is None
    again = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', text))
    await page.send("/head", {**again, "name": "Jisoo"})
    head = (await page.now()).head
    assert (head.severity, head.owner) == (Severity.SEV_3, Participant("Mina Park", "U1"))
    assert head.reviewer == ERIK, "what nobody else set is untouched"


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [({"status": "gone"}, "draft, in review or published"), ({"severity": "9"}, "from 0 to 5"),
     ({"name": " "}, "your name")],
)  # fmt: skip
async def test_what_no_form_of_ours_sends_is_refused(page: Served, changed: dict[str, str], sentence: str) -> None:
    sent = {**await form(page), **changed}
    status, text = await page.send("/head", sent)
    assert (status, sentence in text) == (400, True)
    assert (await page.now()).head == HEAD
    assert page.set_heads == []


async def test_a_hostile_head_stays_text(page: Served) -> None:
    person = Participant(HOSTILE)
    await with_head(page, Head(owner=person, commander=person, topic=HOSTILE, features=(HOSTILE,), services=(HOSTILE,),
                               incident=HOSTILE, incident_link="javascript:x", participants=(person,)))  # fmt: skip
    text = await html(page)
    assert "<script>alert" not in text
    assert 'href="javascript' not in text
    rows = WORDS.head(await page.now(), page.notebook.locale).splitlines()
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {3}, "a table of two columns"


async def test_a_korean_page_has_a_korean_head(page: Served) -> None:
    await change(page.store, page.notebook.id, lambda it: msgspec.structs.replace(it, language="ko"))
    text = await html(page)
    for wanted in ("심각도", "초안", "상태와 역할", "지휘자"):
        assert wanted in text


async def test_a_head_for_customers_names_nobody(page: Served) -> None:
    owner = Participant("Olga Owner", "U9")
    history = (StatusChange(DocumentStatus.IN_REVIEW, Participant("Rita Reviewer"), NOON),)
    head = msgspec.structs.replace(HEAD, for_customers=True, owner=owner, reviewer=owner, history=history)
    await with_head(page, head)
    drawn = (await html(page)).split('class="columns"')[0]
    markdown = WORDS.head(await page.now(), page.notebook.locale)
    for text in (drawn, markdown):
        assert "SEV-2" in text
        assert "Buy button" in text
        for hidden in ("Erik", "Mina", "Olga", "Rita", "IR-142", "shop-web"):
            assert hidden not in text
    sent = {**await form(page), "severity": "1"}
    assert (await page.send("/head", sent))[0] == 303
    assert (await page.now()).head.owner == owner


async def test_a_page_for_customers_shows_no_sessions_names_or_queries(page: Served) -> None:
    """Of what is known only the numbers, the pictures and what people wrote are shown."""
    template = PostmortemTemplates(WORDS).named("customers", page.notebook.locale)
    head = Head(
        template="customers", for_customers=True, owner=Participant("Olga Owner"), status=DocumentStatus.PUBLISHED
    )
    write = WORDS.writer(page.notebook.locale)
    empty = open_postmortem(
        team="T1", channel="C2", title="Buying failed", created=NOON, write=write,
        sections=template.sections, head=head, channel_name="inc-142",
    )  # fmt: skip
    made = await page.store.create(merge(empty, EVERYTHING, WORDS.for_notebook(empty)))
    text = await (await page.client.get(made.path)).text()
    exported = ExportedPages.load(PAGES).html(made, {}, "https://bot.example")
    markdown = await (await page.client.get(f"{made.path}.md")).text()
    hidden = {NUMBER.asked_by, NUMBER.query, CLIP.session, CLIP.recording, "Minseo", "Olga", "inc-142"} - {""}
    assert len(hidden) > 4
    for shown in (text, exported, markdown):
        assert "3,361" in shown.replace("<b>", "").replace("</b>", "")
        assert "Who was affected, and how" in shown
        assert [each for each in hidden if each in shown] == []
