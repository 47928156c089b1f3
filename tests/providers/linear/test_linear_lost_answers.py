"""A lost answer, a 5xx or a limit at any call: nothing is made twice, and nothing is forgotten."""

from __future__ import annotations

from datetime import date

import pytest
from redis.asyncio import Redis

from bot.backlog.ticket import BackLink, NewTicket, TicketFields, TicketFile
from bot.kernel.errors import RateLimited, ReplaybookError, Unauthorized, Unavailable, Upstream
from bot.providers.linear.linear_tracker import LinearTracker
from standins.linear.linear_world import LinearFault, LinearWorld
from tests.providers.linear.linear_house import JISOO

CLIP = TicketFile("buy.gif", "image/gif", b"GIF89a", "Buy")
STILL = TicketFile("still.png", "image/png", b"\x89PNG", "The moment")
NEW = NewTicket(
    "SHOP", "Buy does nothing", "why", meaning="R1", clip=CLIP, labels=("incident",),
    fields=TicketFields(due=date(2026, 12, 11), assignee_email=JISOO),
)  # fmt: skip
LINK = BackLink("thread", "https://slack.example/p1", "The thread", "1,204 people")
AT_ONCE = 16
"""More calls than the walk makes."""


async def _walk(tracker: LinearTracker) -> None:
    key = (await tracker.create(NEW)).key
    await tracker.link_back(key, LINK)
    await tracker.comment(key, "Confirmed in Slack.", meaning="R1:2")
    await tracker.attach(key, STILL)
    await tracker.set_fields(key, TicketFields(due=date(2026, 12, 18)))
    await tracker.finish(key)


async def _until_through(tracker: LinearTracker, most: int = 12) -> None:
    """As a job does: again, while it is the service's fault."""
    for _ in range(most):
        try:
            return await _walk(tracker)
        except Upstream:
            continue
    raise AssertionError("it never went through")


def _made_once(world: LinearWorld) -> None:
    (issue,) = world.issues
    assert len(issue.comments) == 1
    assert [label.name for label in issue.labels] == ["incident"]
    assert len(world.labels) == 2
    assert sorted(one.metadata["replaybook"] for one in issue.attachments) == ["still.png", "thread"]
    assert (issue.due, issue.state.type, issue.assignee and issue.assignee.email) == ("2026-12-18", "completed", JISOO)


@pytest.mark.parametrize("in_a_row", [1, 4])
@pytest.mark.parametrize("lost", range(AT_ONCE))
async def test_every_call_may_lose_its_answer(
    tracker: LinearTracker, world: LinearWorld, lost: int, in_a_row: int
) -> None:
    fault = LinearFault(".", times=in_a_row, skip=lost, drop=True, after=True)
    world.faults.add(fault)
    await _until_through(tracker)
    assert fault.times == 0, "the walk makes fewer calls than are lost here"
    _made_once(world)


@pytest.mark.parametrize("status", [503, 429])
@pytest.mark.parametrize("lost", range(0, AT_ONCE, 4))
async def test_every_call_may_fail(tracker: LinearTracker, world: LinearWorld, lost: int, status: int) -> None:
    world.faults.add(LinearFault(".", times=2, skip=lost, status=status, headers={"Retry-After": "0"}))
    await _until_through(tracker)
    _made_once(world)


async def test_a_create_that_was_lost_is_looked_for_before_it_is_sent_again(
    tracker: LinearTracker, world: LinearWorld
) -> None:
    world.faults.add(LinearFault("IssueCreate", drop=True))
    await tracker.create(NEW)
    at = world.operations.index("IssueCreate")
    assert world.operations[at : at + 3] == ["IssueCreate", "Issue", "IssueCreate"]


async def test_a_key_that_is_wrong_or_may_not_is_said_and_not_tried_again(
    tracker: LinearTracker, world: LinearWorld
) -> None:
    world.faults.add(LinearFault("Issue", status=200, code="FORBIDDEN", times=9))
    with pytest.raises(Unauthorized, match="isn’t permitted"):
        await tracker.get("SHOP-1")
    assert len(world.operations) == 1
    world.faults.waiting.clear()
    world.api_key = "another"
    with pytest.raises(Unauthorized, match="doesn’t know this key"):
        await tracker.get("SHOP-1")


async def test_a_budget_that_is_spent_holds_every_process_back(
    tracker: LinearTracker, world: LinearWorld, redis: Redis
) -> None:
    world.requests_limit = 3
    for _ in range(3):
        await tracker.find("Buy")
    with pytest.raises(RateLimited) as limited:
        await tracker.find("Buy")
    assert 0 < limited.value.retry_after <= 3600
    sent = len(world.operations)
    assert sent == 3, "the fourth isn't sent: the third answer said that nothing is left"
    with pytest.raises(RateLimited):
        await tracker.get("SHOP-1")
    assert len(world.operations) == sent
    assert [await redis.ttl(key) > 0 for key in await redis.keys("*limit*")] == [True, True]


async def test_points_are_counted_before_they_are_spent(tracker: LinearTracker, world: LinearWorld) -> None:
    world.complexity_limit = 450
    await tracker.find("Buy", limit=50)
    with pytest.raises(RateLimited):
        await tracker.find("Buy", limit=50)
    assert len(world.operations) == 1


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"data": null}', b"\xff\xfe", b"[" * 100_000, b'{"errors": [{}]}', b"<html>"]
)
async def test_an_answer_of_another_form_is_a_sentence(
    tracker: LinearTracker, monkeypatch: pytest.MonkeyPatch, body: bytes
) -> None:
    async def exchange(*_: object) -> tuple[int, dict[str, str], bytes]:
        return 200, {}, body

    monkeypatch.setattr(tracker._client, "_exchange", exchange)
    with pytest.raises(ReplaybookError, match="Linear"):
        await tracker.get("SHOP-1")


async def test_nobody_there_is_unavailable(tracker: LinearTracker, world: LinearWorld) -> None:
    world.faults.add(LinearFault(".", times=99, drop=True))
    with pytest.raises(Unavailable, match="Linear"):
        await tracker.get("SHOP-1")
    assert len(world.operations) == 3
