"""Issues are made once for a meaning, with what is known and what the project wants, and read again as tickets."""

from __future__ import annotations

import asyncio
from datetime import date

import pytest

from bot.backlog.follow_up_plan import FollowUpKind
from bot.backlog.ticket import (
    Absence,
    BackLink,
    NewTicket,
    Status,
    TicketFact,
    TicketFields,
    TicketFile,
    TicketLink,
)  # fmt: skip
from bot.kernel.errors import Missing, Misunderstood
from bot.providers.jira.jira_tracker import JiraTracker
from bot.providers.jira.new_issue import mark_of
from standins.jira import jira_changes
from standins.jira.adf_check import text_of
from standins.jira.jira_world import STEPS, JiraField, JiraType, JiraWorld
from tests.providers.jira.jira_house import JISOO

CLIP = TicketFile("buy-0f3a.gif", "image/gif", b"GIF89a" + bytes(64), "Buy is clicked five times")
FIELDS = TicketFields(due=date(2026, 12, 11), priority="P2", assignee="Jisoo", assignee_email=JISOO)
NEW = NewTicket(
    "shop",
    "Buy does\n nothing",
    "When I click [Buy|javascript:alert(1)] {code}, *nothing* happens. [~everyone]\nh1. Twice",
    meaning="R1",
    fields=FIELDS,
    kind=FollowUpKind.FIX,
    labels=("two words",),
    facts=(TicketFact("People", "1,204"),),
    links=(TicketLink("Thread", "https://slack.example/p1"), TicketLink("Bad", "javascript:alert(1)")),
)
BY_NAME = {step.name: step for step in STEPS}


async def test_an_issue_has_what_is_known_of_it(tracker: JiraTracker, world: JiraWorld) -> None:
    ticket = await tracker.create(NEW)
    assert (ticket.key, ticket.title, ticket.status) == ("SHOP-1", "Buy does nothing", Status.OPEN)
    assert (ticket.fields.due, ticket.fields.priority, ticket.fields.assignee) == (
        date(2026, 12, 11),
        "P2",
        "Jisoo Kim",
    )
    issue = world.issue("SHOP-1")
    assert issue.type.name == "Bug"
    assert issue.labels == ["two-words", "fix", mark_of("R1")]
    assert issue.properties["replaybook"] == {"id": mark_of("R1")}
    text = text_of(issue.description)
    assert "1,204" in text
    assert "https://slack.example/p1" in text
    if not world.cloud:
        for mark in ("[Buy|", "{code}", "[~", "\nh1.", "[Bad|"):
            assert mark not in text


async def test_a_part_of_another_issue_is_a_subtask(tracker: JiraTracker, world: JiraWorld) -> None:
    parent = await tracker.create(NEW)
    part = await tracker.create(NewTicket("SHOP", "Buy", meaning="R2", parent=parent.key))
    assert (world.issue(part.key).type.name, world.issue(part.key).parent) == ("Sub-task", parent.key)


async def test_a_part_of_an_epic_is_an_issue_as_any_other(world: JiraWorld, tracker: JiraTracker) -> None:
    shop = world.projects[0]
    shop.types[1].fields.append(JiraField("parent", "Parent", "issuelink"))
    epic = jira_changes.created(
        world, {"project": {"key": "SHOP"}, "issuetype": {"id": "10001"}, "summary": "The shop works"}, {}
    )
    epic.type = JiraType("10000", "Epic", epic=True)
    part = await tracker.create(NewTicket("SHOP", "Buy", meaning="R2", parent=epic.key))
    kind = "Bug" if world.cloud else "Sub-task"
    assert (world.issue(part.key).type.name, world.issue(part.key).parent) == (kind, epic.key)


async def test_for_one_meaning_there_is_one_issue_however_often_it_is_asked_for(
    tracker: JiraTracker, world: JiraWorld
) -> None:
    made = await asyncio.gather(*(tracker.create(NEW) for _ in range(4)))
    assert {ticket.key for ticket in made} == {"SHOP-1"}
    assert len(world.issues) == 1


async def test_a_project_that_is_not_there_and_one_where_nothing_may_be_made(
    tracker: JiraTracker, world: JiraWorld
) -> None:
    world.projects[1].permissions.clear()
    for project in ("NOPE", "OPS", "", "../x"):
        with pytest.raises(Misunderstood, match="no project"):
            await tracker.create(NewTicket(project, "Buy", meaning="R1"))
    assert world.issues == []


@pytest.mark.parametrize(
    ("step", "resolution", "status"),
    [
        ("In Progress", "", Status.IN_PROGRESS),
        ("Done", "10000", Status.DONE),
        ("Won't do", "", Status.CLOSED),
        ("Duplicate", "", Status.CLOSED),
        ("Done", "10003", Status.CLOSED),
    ],
)
async def test_the_state_is_read_by_its_category_and_its_end_by_the_resolution(
    tracker: JiraTracker, world: JiraWorld, step: str, resolution: str, status: Status
) -> None:
    key = (await tracker.create(NEW)).key
    jira_changes.moved_to(world, world.issue(key), BY_NAME[step], world.users[1], resolution)
    ticket = await tracker.get(key)
    ended = status in {Status.DONE, Status.CLOSED}
    assert (ticket.status, ticket.closed_by, bool(ticket.resolution)) == (status, "Jisoo Kim" if ended else "", ended)
    assert (bool(ticket.done_at), bool(ticket.closed_at)) == (status is Status.DONE, status is Status.CLOSED)
    assert (await tracker.read([key]))[key] == ticket


async def test_who_opened_an_issue_again_is_known_whoever_goes_on_with_it(
    tracker: JiraTracker, world: JiraWorld
) -> None:
    key = (await tracker.create(NEW)).key
    for ended, resolution in (("Done", "10000"), ("Won't do", "")):
        for step, user in ((ended, 0), ("To Do", 1), ("In Progress", 0)):
            left = resolution if step == ended else ""
            jira_changes.moved_to(world, world.issue(key), BY_NAME[step], world.users[user], left)
        assert (await tracker.get(key)).reopened_by == world.users[1].name
    jira_changes.moved_to(world, world.issue(key), BY_NAME["Done"], world.users[0], "10000")
    assert (await tracker.get(key)).reopened_by == ""


async def test_a_resolution_of_ones_own_can_mean_not_fixed(tracker: JiraTracker, world: JiraWorld) -> None:
    key = (await tracker.create(NEW)).key
    await tracker.finish(key)
    tracker._not_fixed = tracker._not_fixed | {"done"}
    assert (await tracker.get(key)).status is Status.CLOSED


async def test_who_wrote_last_is_known_for_each_field(tracker: JiraTracker, world: JiraWorld) -> None:
    key = (await tracker.create(NEW)).key
    jira_changes.edited(world, world.issue(key), {"duedate": "2026-12-24", "priority": {"id": "1"}}, world.users[1])
    ticket = await tracker.get(key)
    assert (ticket.fields.priority, set(ticket.changed)) == ("P1", {"due", "priority"})


async def test_an_issue_that_moved_is_found_by_the_key_it_had(tracker: JiraTracker, world: JiraWorld) -> None:
    keys = [(await tracker.create(NewTicket("SHOP", "Buy", meaning=f"R{n}"))).key for n in range(3)]
    jira_changes.moved_project(world, world.issue(keys[1]), world.projects[1], world.users[1])
    world.requests.clear()
    read = await tracker.read(keys)
    assert [ticket.key for ticket in read.values()] == ["SHOP-1", "OPS-1", "SHOP-3"]
    assert len(world.requests) == 2
    await tracker.set_fields(keys[1], TicketFields(due=date(2026, 12, 24), priority="P4"))
    assert (world.issue("OPS-1").due, world.issue("OPS-1").priority) == ("2026-12-24", "4")


async def test_a_key_that_is_gone_keeps_nobody_from_the_others(tracker: JiraTracker, world: JiraWorld) -> None:
    keys = [(await tracker.create(NewTicket("SHOP", "Buy", meaning=f"R{n}"))).key for n in range(5)]
    jira_changes.deleted(world, world.issue(keys[2]))
    read = await tracker.read([*keys, "NOPE-1", "no key"])
    assert [isinstance(one, Absence) for one in read.values()] == [False, False, True, False, False, True, True]
    with pytest.raises(Missing):
        await tracker.get(keys[2])


async def test_issues_are_found_by_words_and_by_key(tracker: JiraTracker) -> None:
    for n, title in enumerate(("Buy does nothing", "Cart is empty", "Buy twice")):
        await tracker.create(NewTicket("SHOP", title, meaning=f"R{n}"))
    assert [ticket.key for ticket in await tracker.find("BUY")] == ["SHOP-3", "SHOP-1"]
    assert [ticket.key for ticket in await tracker.find("twi")] == ["SHOP-3"]
    assert (await tracker.find("see shop-2"))[0].key == "SHOP-2"
    assert [ticket.key for ticket in await tracker.find("", limit=2)] == ["SHOP-3", "SHOP-2"]
    for hostile in ('" OR project = SHOP OR summary ~ "', "buy) (", "+-&&||!(){}[]^~*?:\\", "AND", "\x00"):
        assert isinstance(await tracker.find(hostile), list)


async def test_a_link_is_brought_up_to_date_and_never_doubled(tracker: JiraTracker, world: JiraWorld) -> None:
    key = (await tracker.create(NEW)).key
    for people in ("1,204 people", "1,300 people"):
        await tracker.link_back(key, BackLink("thread", "https://slack.example/p1", "The thread", people))
    await tracker.link_back(key, BackLink("thread", "https://slack.example/p2", "The thread", resolved=True))
    (link,) = world.issue(key).links
    assert (link.changes, link.body["object"]["url"]) == (3, "https://slack.example/p2")
    assert link.body["object"]["status"] == {"resolved": True}
    more = (TicketLink("Post-mortem", "https://bot.example/n/1"),)
    for _ in range(2):
        await tracker.link_back(key, BackLink("thread", "https://slack.example/p2", "The thread", more=more))
    assert [one.body["object"]["title"] for one in world.issue(key).links] == ["The thread", "Post-mortem"]


async def test_a_file_is_attached_once_and_one_too_large_is_said(tracker: JiraTracker, world: JiraWorld) -> None:
    key = (await tracker.create(NEW)).key
    for _ in range(2):
        await tracker.attach(key, CLIP)
    assert [(one.name, one.data) for one in world.issue(key).attachments] == [(CLIP.name, CLIP.data)]
    world.most_bytes = 10
    with pytest.raises(Misunderstood, match="no file of this size"):
        await tracker.attach(key, TicketFile("other.gif", "image/gif", bytes(11)))


async def test_a_comment_is_said_once_and_says_what_was_said(tracker: JiraTracker, world: JiraWorld) -> None:
    key = (await tracker.create(NEW)).key
    for _ in range(2):
        await tracker.comment(key, "Confirmed in https://slack.example/p1\n\n[~bob] says {quote}", meaning="R1:2")
    (comment,) = world.issue(key).comments
    text = text_of(comment.body)
    assert "https://slack.example/p1" in text
    assert world.cloud or ("[~" not in text and "{quote}" not in text)


async def test_people_whose_addresses_are_hidden_are_found_only_where_one_fits(
    tracker: JiraTracker, world: JiraWorld
) -> None:
    world.shows_addresses = False
    assert (await tracker.create(NEW)).fields.assignee == "Jisoo Kim"
    unknown = TicketFields(assignee_email="nobody@example.com")
    assert (await tracker.create(NewTicket("SHOP", "Buy", meaning="R2", fields=unknown))).fields.assignee == ""


async def test_a_field_that_is_not_on_the_screen_is_left_out(
    tracker: JiraTracker, world: JiraWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    from standins.jira import jira_fields

    bare = tuple(field for field in jira_fields.USUAL if field.id not in {"labels", "duedate", "priority"})
    monkeypatch.setattr(jira_fields, "USUAL", bare)
    key = (await tracker.create(NEW)).key
    assert (world.issue(key).labels, world.issue(key).due) == ([], None)
    await tracker.set_fields(key, TicketFields(due=date(2026, 12, 24)))


def test_an_address_is_ours_where_it_leads_to_our_site(tracker: JiraTracker, world: JiraWorld) -> None:
    for path in ("/browse/shop-12", "/browse/SHOP-12?focusedId=1", "/boards/1?selectedIssue=SHOP-12"):
        assert tracker.key_in_url(f"{world.url}{path}") == "SHOP-12"
    for path in ("/browse/SHOP-0", "/projects/SHOP", "/browse/", "/x/browse/SHOP-12"):
        assert tracker.key_in_url(f"{world.url}{path}") is None
    assert tracker.key_in_url("https://evil.example/browse/SHOP-12") is None
    assert tracker.key_in_url("http://[") is None
