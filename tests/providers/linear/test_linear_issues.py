"""Issues are made once for a meaning, with what is known, and read again as tickets."""

from __future__ import annotations

import asyncio
from datetime import date

import pytest

from bot.backlog.follow_up_plan import FollowUpKind
from bot.backlog.ticket import Absence, NewTicket, Status, TicketFact, TicketFields, TicketFile, TicketLink
from bot.kernel.errors import Missing, Misunderstood
from bot.providers.linear.linear_issue import uuid4_of
from bot.providers.linear.linear_tracker import LinearTracker
from standins.linear import issue_changes
from standins.linear.linear_world import LinearLabel, LinearWorld, StoredLinearTeam
from tests.providers.linear.linear_house import JISOO, NOON

CLIP = TicketFile("buy-0f3a.gif", "image/gif", b"GIF89a" + b"\0" * 64, "Buy is clicked five times, and nothing happens")
FIELDS = TicketFields(due=date(2026, 12, 11), priority="P2", assignee="Jisoo", assignee_email=JISOO.upper())
NEW = NewTicket(
    "shop",
    "Buy does\n nothing",
    "When I click [Buy](javascript:alert(1)), *nothing* happens. @everyone",
    meaning="R1",
    fields=FIELDS,
    kind=FollowUpKind.FIX,
    labels=("bug", "nobody has this one"),
    facts=(TicketFact("People", "1,204"),),
    links=(TicketLink("Thread", "https://slack.example/p1"),),
    clip=CLIP,
)


async def test_an_issue_has_what_is_known_of_it(tracker: LinearTracker, world: LinearWorld) -> None:
    parent = await tracker.create(NewTicket("SHOP", "Checkout", meaning="R0"))
    made = await tracker.create(NewTicket("SHOP", "Buy", meaning="R2", parent=parent.key))
    ticket = await tracker.create(NEW)
    assert (ticket.key, ticket.title, ticket.status) == ("SHOP-3", "Buy does nothing", Status.OPEN)
    assert (ticket.fields.due, ticket.fields.priority, ticket.fields.assignee) == (
        date(2026, 12, 11),
        "P2",
        "Jisoo Kim",
    )
    issue = world.issue(ticket.key)
    assert [label.name for label in issue.labels] == ["Bug", "nobody has this one", "fix"]
    assert (world.issue(made.key).parent, issue.priority) == (world.issue(parent.key), 2)
    assert "People" in issue.description
    assert "https://slack.example/p1" in issue.description
    assert "](javascript:" not in issue.description
    assert "@everyone" not in issue.description


async def test_the_clip_plays_inside_the_issue(tracker: LinearTracker, world: LinearWorld) -> None:
    ticket = await tracker.create(NEW)
    (upload,) = world.uploads
    assert (upload.data, upload.media_type) == (CLIP.data, "image/gif")
    assert f"]({world.url}/assets/1/{CLIP.name})" in ticket.description
    await tracker.attach(ticket.key, CLIP)
    assert (len(world.uploads), world.issue(ticket.key).attachments) == (1, [])


async def test_for_one_meaning_there_is_one_issue_however_often_it_is_asked_for(
    tracker: LinearTracker, world: LinearWorld
) -> None:
    made = await asyncio.gather(*(tracker.create(NEW) for _ in range(5)))
    assert {ticket.key for ticket in made} == {"SHOP-1"}
    assert len(world.issues) == 1


async def test_a_team_that_is_not_there_is_said_with_those_that_are(tracker: LinearTracker, world: LinearWorld) -> None:
    with pytest.raises(Misunderstood, match="no team “NOPE”; the key may see: OPS, SHOP"):
        await tracker.create(NewTicket("NOPE", "Buy", meaning="R1"))
    assert (await tracker.create(NewTicket("The Shop", "Buy", meaning="R1"))).key == "SHOP-1"
    world.teams.append(StoredLinearTeam("NOPE", "New"))
    assert (await tracker.create(NewTicket("NOPE", "Buy", meaning="R2"))).key == "NOPE-1"


async def test_what_was_remembered_of_a_team_is_read_anew_when_it_is_gone(
    tracker: LinearTracker, world: LinearWorld
) -> None:
    await tracker.create(NEW)
    world.labels[:] = [LinearLabel("Bug")]
    assert (await tracker.create(NewTicket("SHOP", "Buy", meaning="R2", labels=("bug",)))).key == "SHOP-2"
    assert [label.name for label in world.issues[1].labels] == ["Bug"]


async def test_a_label_that_is_lacking_is_made_in_the_team_once_and_one_of_the_workspace_is_used(
    tracker: LinearTracker, world: LinearWorld
) -> None:
    shop, ops = world.teams
    world.labels += [LinearLabel("Customers", ops), LinearLabel("Area", group=True), LinearLabel("old", retired=NOON)]
    names = ("bug", "Customers", "customers", "area", "OLD", " ", "x" * 300)
    await tracker.create(NewTicket("SHOP", "Buy", meaning="R1", labels=names))
    await tracker.create(NewTicket("SHOP", "Buy", meaning="R2", labels=names))
    first, second = world.issues
    assert first.labels == second.labels
    assert [(label.name[:9], label.team) for label in first.labels] == [
        ("Bug", None),
        ("Customers", shop),
        ("x" * 9, shop),
    ]


async def test_where_no_label_may_be_made_the_issue_is_made_without(tracker: LinearTracker, world: LinearWorld) -> None:
    world.makes_labels = False
    await tracker.create(NEW)
    assert [label.name for label in world.issues[0].labels] == ["Bug"]


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("triage", Status.OPEN),
        ("backlog", Status.OPEN),
        ("unstarted", Status.OPEN),
        ("started", Status.IN_PROGRESS),
        ("completed", Status.DONE),
        ("canceled", Status.CLOSED),
        ("duplicate", Status.CLOSED),
    ],
)
async def test_every_state_of_linear_is_one_of_ours(
    tracker: LinearTracker, world: LinearWorld, state: str, status: Status
) -> None:
    key = (await tracker.create(NEW)).key
    issue_changes.set_state(world, world.issue(key), state, world.users[1])
    ticket = await tracker.get(key)
    closed = status in {Status.DONE, Status.CLOSED}
    assert (await tracker.read([key]))[key] == ticket
    assert (ticket.status, ticket.closed_by) == (status, "Jisoo Kim" if closed else "")
    assert bool(ticket.done_at) == (status is Status.DONE)
    assert bool(ticket.closed_at and ticket.resolution) == (status is Status.CLOSED)


async def test_who_opened_an_issue_again_is_known_whoever_goes_on_with_it(
    tracker: LinearTracker, world: LinearWorld
) -> None:
    key = (await tracker.create(NEW)).key
    for state, user in (("completed", 0), ("unstarted", 1), ("started", 0)):
        issue_changes.set_state(world, world.issue(key), state, world.users[user])
    assert (await tracker.get(key)).reopened_by == world.users[1].name
    issue_changes.set_state(world, world.issue(key), "canceled", world.users[0])
    assert (await tracker.get(key)).reopened_by == ""


async def test_who_wrote_last_is_known_for_each_field(tracker: LinearTracker, world: LinearWorld) -> None:
    key = (await tracker.create(NEW)).key
    assert (await tracker.get(key)).changed == {}
    issue_changes.updated(world, world.issue(key), {"dueDate": "2026-12-24"}, world.users[1])
    issue_changes.updated(world, world.issue(key), {"assigneeId": None}, world.users[1])
    changed = (await tracker.get(key)).changed
    assert changed.keys() == {"due", "assignee"}
    assert changed["due"] <= changed["assignee"]


async def test_an_issue_that_moved_to_another_team_is_found_by_the_key_it_had(
    tracker: LinearTracker, world: LinearWorld
) -> None:
    key = (await tracker.create(NEW)).key
    issue_changes.move_to_team(world, world.issue(key), world.teams[1], world.users[1])
    assert (await tracker.get(key)).key == "OPS-1"
    read = await tracker.read([key, "OPS-1"])
    assert [ticket.key for ticket in read.values()] == ["OPS-1", "OPS-1"]
    assert (await tracker.create(NEW)).key == "OPS-1"
    await tracker.finish(key)
    assert world.issues[0].state.type == "completed"


async def test_many_issues_are_read_with_one_request(tracker: LinearTracker, world: LinearWorld) -> None:
    keys = [(await tracker.create(NewTicket(team, "Buy", meaning=f"R{n}"))).key for n in range(4) for team in ("SHOP",)]
    keys.append((await tracker.create(NewTicket("OPS", "Buy", meaning="R9"))).key)
    world.operations.clear()
    read = await tracker.read(keys)
    assert [ticket.key for ticket in read.values()] == keys
    assert world.operations == ["Followed"]


async def test_what_is_in_the_bin_gone_or_hidden_is_said(tracker: LinearTracker, world: LinearWorld) -> None:
    keys = [(await tracker.create(NewTicket("SHOP", "Buy", meaning=f"R{n}"))).key for n in range(3)]
    issue_changes.archive(world, world.issue(keys[0]), world.users[1], trash=True)
    issue_changes.delete(world, world.issue(keys[1]), world.users[1])
    issue_changes.archive(world, world.issue(keys[2]), world.users[1])
    read = await tracker.read([*keys, "NOPE-1", "no key"])
    assert list(read.values())[:2] == [Absence.DELETED, Absence.UNKNOWN]
    assert (read[keys[2]].archived, read["NOPE-1"], read["no key"]) == (True, Absence.UNKNOWN, Absence.UNKNOWN)
    for key in keys[:2]:
        with pytest.raises(Missing):
            await tracker.get(key)
    world.teams[0].visible = False
    assert set((await tracker.read(keys)).values()) == {Absence.UNKNOWN}


async def test_issues_are_found_by_words_and_by_key(tracker: LinearTracker, world: LinearWorld) -> None:
    for n, title in enumerate(("Buy does nothing", "Cart is empty", "Buy twice")):
        await tracker.create(NewTicket("SHOP", title, meaning=f"R{n}"))
    assert [ticket.key for ticket in await tracker.find("BUY")] == ["SHOP-3", "SHOP-1"]
    assert [ticket.key for ticket in await tracker.find("shop-2")] == ["SHOP-2"]
    assert [ticket.key for ticket in await tracker.find("", limit=2)] == ["SHOP-3", "SHOP-2"]
    issue_changes.archive(world, world.issue("SHOP-3"), world.users[1])
    assert [ticket.key for ticket in await tracker.find("Buy")] == ["SHOP-1"]
    assert await tracker.find('"} or {') == []


def test_an_address_is_ours_where_it_leads_to_our_workspace(tracker: LinearTracker, world: LinearWorld) -> None:
    base = world.url
    assert tracker.key_in_url(f"{base}/nordic-outfitters/issue/shop-12/buy-does-nothing?x=1#c") == "SHOP-12"
    for other in ("/acme/issue/SHOP-12/buy", "/nordic-outfitters/project/SHOP-12", "/nordic-outfitters/issue/SHOP-0"):
        assert tracker.key_in_url(f"{base}{other}") is None
    assert tracker.key_in_url("https://evil.example/nordic-outfitters/issue/SHOP-12") is None


def test_an_id_of_ours_is_a_uuid_of_version_4_for_every_meaning() -> None:
    ids = {uuid4_of(kind, f"R{n}") for kind in ("issue", "comment") for n in range(200)}
    assert len(ids) == 400
    assert {id[14] for id in ids} == {"4"}
    assert {id[19] for id in ids} <= set("89ab")
