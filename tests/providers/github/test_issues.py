"""Issues are made once for a meaning, whatever gets lost; they are found where they were moved to; limits are kept."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from redis.asyncio import Redis

from bot.backlog.ticket import Absence, BackLink, NewTicket, Status, Ticket, TicketFields, TicketLink
from bot.kernel.errors import Missing, Misunderstood, RateLimited, Unauthorized, Unavailable
from bot.providers.github.github_auth import TokenAuthorization
from bot.providers.github.github_client import GitHubClient
from bot.providers.github.github_errors import GitHubRefused
from bot.providers.github.github_issues import GitHubIssues
from bot.providers.github.github_limits import ContentLimits
from bot.state.redis_records import RedisRecords
from standins.github.github_by_hand import by_hand
from standins.github.github_world import GitHubWorld
from standins.http_faults import HttpFault
from tests.providers.github.conftest import SETTINGS

BUY = NewTicket("SHOP", "Buy does nothing", "why", meaning="R1")
LINK = BackLink("R1", "https://nordic.slack.com/archives/C1/p1", "Buy does nothing", "41 people affected")


def made(world: GitHubWorld, path: str) -> int:
    return sum(each.method == "POST" and each.path.endswith(path) and each.status == 201 for each in world.requests)


@pytest.mark.parametrize(
    "fault",
    [
        HttpFault("POST .*/issues$", drop=True, after=True),
        HttpFault("POST .*/issues$", status=502, after=True),
        HttpFault("POST .*/issues$", drop=True),
        HttpFault("POST .*/issues$", status=500),
        HttpFault("GET .*/issues", drop=True),
    ],
    ids=["lost", "lost to a gateway", "never sent", "failed", "a read"],
)
async def test_an_issue_is_made_once_whatever_gets_lost(
    tracker: GitHubIssues, world: GitHubWorld, fault: HttpFault
) -> None:
    world.faults.add(fault)
    ticket = await tracker.create(BUY)
    again = await tracker.create(BUY)
    assert (ticket.key, again.key, len(world.issues)) == ("acme/shop#1", "acme/shop#1", 1)


async def test_an_issue_whose_maker_died_is_found_by_its_marker(
    tracker: GitHubIssues, world: GitHubWorld, client: GitHubClient, redis: Redis
) -> None:
    world.faults.add(HttpFault("POST .*/issues$", drop=True, after=True))
    world.faults.add(HttpFault("GET .*/issues$", status=503, times=99))
    with pytest.raises(Unavailable):
        await tracker.create(BUY)
    world.faults.waiting.clear()
    other = GitHubIssues(client, redis, RedisRecords(redis), SETTINGS)
    assert (await other.create(BUY)).key == "acme/shop#1"
    assert made(world, "/issues") == 0  # its answer reached nobody
    assert len(world.issues) == 1


@pytest.mark.parametrize("after", [True, False])
async def test_a_comment_and_a_link_are_made_once_whatever_gets_lost(
    tracker: GitHubIssues, world: GitHubWorld, after: bool
) -> None:
    await tracker.create(BUY)
    for _ in range(2):
        world.faults.add(HttpFault("POST .*/comments$", drop=True, after=after))
        await tracker.comment("acme/shop#1", "It won't be done: @everyone", meaning="R1:2")
        world.faults.add(HttpFault("POST .*/comments$", drop=True, after=after))
        await tracker.link_back("acme/shop#1", LINK)
    assert len(world.issues[0].comments) == 2


async def test_a_link_is_brought_up_to_date_and_never_doubled(tracker: GitHubIssues, world: GitHubWorld) -> None:
    await tracker.create(BUY)
    more = (TicketLink("Clip", "https://bot.example/files/a.gif", "https://bot.example/files/a.png"),)
    changed = BackLink(LINK.id, LINK.url, LINK.title, "52 people affected", resolved=True, more=more)
    await asyncio.gather(*(tracker.link_back("acme/shop#1", LINK) for _ in range(3)))
    for _ in range(2):
        await tracker.link_back("acme/shop#1", changed)
    [comment] = world.issues[0].comments
    assert "52 people affected" in comment.body
    assert "41 people" not in comment.body
    assert "![Clip](https://bot.example/files/a.png)" in comment.body
    assert sum(each.method == "PATCH" for each in world.requests) == 1


async def test_what_others_wrote_is_no_mark_and_mentions_nobody(tracker: GitHubIssues, world: GitHubWorld) -> None:
    hostile = "@acme/everyone fixes #1 <!-- x --> <img src=x> **b** [a](javascript:alert(1)) `c`"
    await tracker.create(NewTicket("SHOP", hostile, f"{hostile}\n{hostile}", meaning="R1"))
    await tracker.comment("acme/shop#1", hostile, meaning="R1:2")
    for body in (world.issues[0].body, world.issues[0].comments[0].body):
        text = body.rsplit("<!-- replaybook:", 1)[0]
        assert "@acme" not in text
        assert "](javascript" not in text
        assert "<img" not in text.replace("\\<", "")
        assert " #1" not in text
        assert "**b**" not in text


@pytest.mark.parametrize(
    ("what", "status", "resolution"),
    [("finish", Status.DONE, ""), ("close", Status.CLOSED, "not planned"), ("duplicate", Status.CLOSED, "duplicate")],
)
async def test_only_what_was_completed_is_done(
    tracker: GitHubIssues, world: GitHubWorld, what: str, status: Status, resolution: str
) -> None:
    await tracker.create(BUY)
    by_hand(world, world.issues[0], what, "minseo-p")
    ticket = await tracker.get("acme/shop#1")
    assert (ticket.status, ticket.resolution, ticket.closed_by) == (status, resolution, "minseo-p")
    assert [ticket.done_at is not None, ticket.closed_at is not None] == [
        status is Status.DONE,
        status is Status.CLOSED,
    ]


async def test_an_issue_that_was_closed_before_there_were_reasons_is_not_called_a_fix(
    tracker: GitHubIssues, world: GitHubWorld
) -> None:
    world.add("acme/shop", "Old", state="closed", closed=world.clock(), closed_by="minseo-p")
    assert (await tracker.get("acme/shop#1")).status is Status.CLOSED


async def test_many_are_read_in_few_requests_and_those_that_went_are_told_apart(
    tracker: GitHubIssues, world: GitHubWorld
) -> None:
    for number in range(12):
        world.add("acme/shop", f"T{number}")
    world.add("acme/shop", "A pull request", pull=True)
    by_hand(world, world.issues[1], "close")
    by_hand(world, world.issues[2], "delete")
    by_hand(world, world.issues[3], "move")
    keys = [f"acme/shop#{number}" for number in range(1, 15)] + ["acme/gone#1", "ACME/Shop#1"]
    before = len(world.requests)
    read = await tracker.read(keys)
    sent = [each for each in world.requests[before:] if each.method == "GET"]
    assert len(sent) == 1 + 6 + 1  # one list; the closed, deleted, moved (and where it went), absent, hidden ones; a PR
    assert list(read) == keys
    statuses = {key: each.status for key, each in read.items() if isinstance(each, Ticket)}
    assert statuses["acme/shop#2"] is Status.CLOSED
    assert (read["acme/shop#3"], read["acme/shop#14"], read["acme/gone#1"]) == (
        Absence.DELETED, Absence.UNKNOWN, Absence.UNKNOWN,
    )  # fmt: skip
    moved = read["acme/shop#4"]
    assert isinstance(moved, Ticket)
    assert (moved.key, moved.title) == ("acme/ops#1", "T3")
    assert read["acme/shop#13"] is Absence.UNKNOWN  # a pull request is no ticket
    assert read["ACME/Shop#1"] == read["acme/shop#1"]


async def test_what_the_token_may_no_longer_see_keeps_nobody_from_the_others(
    tracker: GitHubIssues, world: GitHubWorld
) -> None:
    for _ in range(3):
        world.add("acme/shop", "T")
        world.add("acme/ops", "T")
    world.hidden.add("acme/ops")
    read = await tracker.read([f"acme/{repo}#{number}" for repo in ("shop", "ops") for number in (1, 2, 3)])
    assert [isinstance(each, Ticket) for each in read.values()] == [True] * 3 + [False] * 3


async def test_a_priority_is_one_label_and_others_stay(tracker: GitHubIssues, world: GitHubWorld) -> None:
    await tracker.create(
        NewTicket("SHOP", "Buy", meaning="R1", labels=("incident",), fields=TicketFields(priority="P2"))
    )
    await tracker.set_fields("acme/shop#1", TicketFields(priority="P1"))
    assert world.issues[0].labels == ["incident", "P1"]


@pytest.mark.parametrize("email", ["gone@example.com", "nobody@example.com", 'x" in:login "'])
async def test_somebody_who_cannot_be_assigned_keeps_no_issue_from_being_made(
    tracker: GitHubIssues, world: GitHubWorld, email: str
) -> None:
    await tracker.create(NewTicket("SHOP", "Buy", meaning="R1", fields=TicketFields(assignee_email=email)))
    assert world.issues[0].assignees == []


async def test_an_address_that_is_shown_to_everyone_finds_its_account(
    tracker: GitHubIssues, world: GitHubWorld
) -> None:
    fields = TicketFields(assignee_email="mina@nordic.example")
    await tracker.create(NewTicket("SHOP", "Buy", meaning="R1", fields=fields))
    assert world.issues[0].assignees == ["mina-k"]


async def test_a_parent_is_named_by_its_id_and_one_that_is_not_there_makes_nothing(
    tracker: GitHubIssues, world: GitHubWorld
) -> None:
    parent = world.add("acme/ops", "The incident")
    await tracker.create(NewTicket("SHOP", "Buy", meaning="R1", parent="acme/ops#1"))
    assert world.issues[-1].parent == parent.id
    with pytest.raises(Missing):
        await tracker.create(NewTicket("SHOP", "Buy", meaning="R2", parent="acme/ops#9"))
    assert len(world.issues) == 2


@pytest.mark.parametrize(
    ("fault", "error", "words"),
    [
        (HttpFault("", status=401), Unauthorized, "doesn’t know this token"),
        (HttpFault("", status=403, message="Resource not accessible by token"), Unauthorized, "read and write"),
        (HttpFault("", status=403, headers={"Retry-After": "60"}), RateLimited, "in 60 seconds"),
        (HttpFault("", status=403, message="You have exceeded a secondary rate limit"), RateLimited, "60 seconds"),
        (HttpFault("", status=429, headers={"Retry-After": "7200"}), RateLimited, "in 3600 seconds"),
        (HttpFault("", status=422, message="Validation Failed"), GitHubRefused, "Validation Failed"),
        (HttpFault("", status=502), Unavailable, "status 502"),
        (HttpFault("", status=302, headers={"Location": "https://evil.example/"}), Unavailable, "points elsewhere"),
    ],
)
async def test_each_refusal_is_told_as_what_it_is(
    tracker: GitHubIssues, world: GitHubWorld, fault: HttpFault, error: type[Exception], words: str
) -> None:
    fault.times = 99
    world.faults.add(fault)
    with pytest.raises(error, match=words) as caught:
        await tracker.get("acme/shop#1")
    assert world.token not in str(caught.value)


async def test_a_limit_on_reads_that_says_when_it_ends_is_waited_for(tracker: GitHubIssues, world: GitHubWorld) -> None:
    await tracker.create(BUY)
    world.faults.add(HttpFault("GET", status=429, headers={"Retry-After": "0"}, times=2))
    assert (await tracker.get("acme/shop#1")).title == "Buy does nothing"


async def test_limits_on_content_are_shared_and_kept_before_anything_is_sent(world: GitHubWorld, redis: Redis) -> None:
    limits = [ContentLimits(redis, "api.example", ((60, 2), (3600, 450))) for _ in range(2)]
    results = []
    for number in range(3):
        async with GitHubClient.opened(
            world.api, TokenAuthorization(world.token), world.clock, limits[number % 2]
        ) as one:
            tracker = GitHubIssues(one, redis, RedisRecords(redis), SETTINGS)
            try:
                results.append((await tracker.create(NewTicket("SHOP", "Buy", meaning=f"R{number}"))).key)
            except RateLimited as error:
                results.append(str(0 < error.retry_after <= timedelta(seconds=60).total_seconds()))
    assert results == ["acme/shop#1", "acme/shop#2", "True"]
    assert len(world.issues) == 2


async def test_a_repository_that_is_not_there_is_named(
    tracker: GitHubIssues, client: GitHubClient, redis: Redis
) -> None:
    with pytest.raises(Misunderstood, match="acme/nope"):
        await tracker.create(NewTicket("acme/nope", "Buy", meaning="R1"))
    bare = GitHubIssues(client, redis, RedisRecords(redis), type(SETTINGS)())
    with pytest.raises(Misunderstood, match="REPLAYBOOK_GITHUB_REPO"):
        await bare.create(BUY)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("acme/shop#12", "acme/shop#12"),
        ("it's <https://github.com/acme/shop/issues/12|this one>", "acme/shop#12"),
        ("https://github.com/acme/shop/issues/12#issuecomment-1", "acme/shop#12"),
        ("#12", "acme/shop#12"),
        ("https://github.com/acme/shop/pull/12", None),
        ("https://github.com.evil.example/acme/shop/issues/12", None),
        ("https://evil.example/?https://github.com/acme/shop/issues/12", None),
        ("acme/shop#0", None),
        ("twelve", None),
        ("12", None),
    ],
)
def test_a_key_is_read_from_what_people_paste(tracker: GitHubIssues, text: str, key: str | None) -> None:
    assert tracker.parse_key(text) == key
