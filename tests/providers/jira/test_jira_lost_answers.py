"""A lost answer, a 5xx or a limit at any call: nothing is made twice, and nothing is forgotten."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from redis.asyncio import Redis

from bot.backlog.ticket import BackLink, NewTicket, TicketFields, TicketFile
from bot.kernel.errors import RateLimited, ReplaybookError, Unauthorized, Unavailable, Upstream
from bot.providers.jira.jira_client import JiraPatience
from bot.providers.jira.jira_tracker import JiraTracker
from standins.http_faults import HttpFault
from standins.jira import jira_fields
from standins.jira.jira_world import JiraWorld
from tests.providers.jira.jira_house import JISOO, NOON, jira_tracker

CLIP = TicketFile("buy.gif", "image/gif", b"GIF89a", "Buy")
FIELDS = TicketFields(due=date(2026, 12, 11), assignee_email=JISOO)
NEW = NewTicket("SHOP", "Buy does nothing", "why", meaning="R1", fields=FIELDS)
LINK = BackLink("thread", "https://slack.example/p1", "The thread", "1,204 people")
CALLS = 15
"""As many as the walk makes where nothing goes wrong."""


async def _walk(tracker: JiraTracker) -> None:
    key = (await tracker.create(NEW)).key
    await tracker.attach(key, CLIP)
    await tracker.link_back(key, LINK)
    await tracker.comment(key, "Confirmed in Slack.", meaning="R1:2")
    await tracker.set_fields(key, TicketFields(due=date(2026, 12, 18)))
    await tracker.finish(key)


async def _until_through(tracker: JiraTracker, most: int = 12) -> None:
    """As a job does: again, while it is the service's fault, each time some minutes later."""
    world_now, steps = tracker._new_issues._now, 0

    def later() -> object:
        return world_now() + steps * timedelta(minutes=2)

    tracker._new_issues._now = later  # type: ignore[assignment]
    for steps in range(most):  # noqa: B007 - `later` reads it
        try:
            return await _walk(tracker)
        except Upstream:
            continue
    raise AssertionError("it never went through")


def _made_once(world: JiraWorld) -> None:
    (issue,) = world.issues
    assert (len(issue.comments), len(issue.links), [one.name for one in issue.attachments]) == (1, 1, ["buy.gif"])
    assert (issue.due, issue.status.name, issue.resolution) == ("2026-12-18", "Done", "10000")


@pytest.mark.parametrize("in_a_row", [1, 4])
@pytest.mark.parametrize("lost", range(CALLS))
async def test_every_call_may_lose_its_answer(tracker: JiraTracker, world: JiraWorld, lost: int, in_a_row: int) -> None:
    if not world.cloud and (lost % 3 or in_a_row > 1):
        return  # both flavours take the same way; of this one every third call
    fault = HttpFault(".", times=in_a_row, skip=lost, drop=True, after=True)
    world.faults.add(fault)
    await _until_through(tracker)
    assert fault.times < in_a_row, "the walk makes fewer calls than are lost here"
    _made_once(world)


@pytest.mark.parametrize("status", [503, 429])
@pytest.mark.parametrize("lost", range(0, CALLS, 4))
async def test_every_call_may_fail(tracker: JiraTracker, world: JiraWorld, lost: int, status: int) -> None:
    headers = {"Retry-After": "0", "RateLimit-Reason": "jira-burst-based"}
    world.faults.add(HttpFault(".", times=2, skip=lost, status=status, headers=headers))
    await _until_through(tracker)
    _made_once(world)


@pytest.mark.parametrize("labelled", [True, False])
async def test_a_create_is_not_sent_again_while_a_search_may_not_show_it(
    redis: Redis, tmp_path: Path, world: JiraWorld, labelled: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not labelled:
        bare = tuple(field for field in jira_fields.USUAL if field.id != "labels")
        monkeypatch.setattr(jira_fields, "USUAL", bare)
    now = NOON
    world.clock, world.index_lag_s = lambda: now, 20.0
    world.faults.add(HttpFault("POST .*/issue$", drop=True, after=True))
    async with jira_tracker(world, redis, tmp_path) as tracker:
        for seconds in (0, 5):
            now = NOON + timedelta(seconds=seconds)
            with pytest.raises(Unavailable, match="looked up in a moment"):
                await tracker.create(NEW)
        now = NOON + timedelta(seconds=25)
        assert (await tracker.create(NEW)).key == "SHOP-1"
        assert len(world.issues) == 1


async def test_a_create_that_never_arrived_is_sent_again_once_that_is_sure(
    redis: Redis, tmp_path: Path, world: JiraWorld
) -> None:
    now = NOON
    world.clock = lambda: now
    world.faults.add(HttpFault("POST .*/issue$", drop=True))
    async with jira_tracker(world, redis, tmp_path) as tracker:
        with pytest.raises(Unavailable):
            await tracker.create(NEW)
        now = NOON + timedelta(seconds=61)
        assert (await tracker.create(NEW)).key == "SHOP-1"


async def test_a_limit_of_one_issue_holds_back_that_issue_alone(
    tracker: JiraTracker, world: JiraWorld, redis: Redis
) -> None:
    keys = [(await tracker.create(NewTicket("SHOP", "Buy", meaning=f"R{n}"))).key for n in range(2)]
    world.writes_in = (2, 600.0)
    for n in range(2):
        await tracker.link_back(keys[0], BackLink(f"l{n}", LINK.url, "Thread"))
    with pytest.raises(RateLimited) as limited:
        await tracker.link_back(keys[0], LINK)
    assert limited.value.retry_after == 600
    asked = len(world.requests)
    with pytest.raises(RateLimited):
        await tracker.link_back(keys[0], LINK)
    assert len(world.requests) == asked, "nothing is sent while the limit lasts"
    await tracker.link_back(keys[1], LINK)
    assert (await tracker.get(keys[0])).key == keys[0]


@pytest.mark.parametrize(
    ("reason", "blocked"), [("jira-burst-based", False), ("jira-quota-global-based", True), ("", True)]
)
async def test_a_limit_of_an_endpoint_leaves_the_others_alone(
    tracker: JiraTracker, world: JiraWorld, reason: str, blocked: bool
) -> None:
    await tracker.create(NEW)
    headers = {"Retry-After": "30"} | ({"RateLimit-Reason": reason} if reason else {})
    world.faults.add(HttpFault("POST .*/search", status=429, headers=headers))
    with pytest.raises(RateLimited):
        await tracker.find("Buy")
    with pytest.raises(RateLimited):
        await tracker.find("Buy")
    if blocked:
        with pytest.raises(RateLimited):
            await tracker.get("SHOP-1")
    else:
        assert (await tracker.get("SHOP-1")).key == "SHOP-1"


async def test_writes_to_one_issue_keep_apart(tracker: JiraTracker, world: JiraWorld) -> None:
    key = (await tracker.create(NEW)).key
    tracker._client._patience = JiraPatience(apart_s=30.0)
    await tracker._client._wait_for_turn(_a_write(key))
    assert await tracker._client._budgets.turn(f"turn {key}", 30.0) > 25
    assert await tracker._client._budgets.turn("turn OTHER-1", 30.0) == 0


def _a_write(key: str):
    from bot.providers.jira import jira_calls

    return jira_calls.edit(key, {"summary": "x"})


@pytest.mark.parametrize(
    ("status", "error", "words"),
    [
        (401, Unauthorized, "Tokens end after a year"),
        (403, Unauthorized, "may not do this"),
        (302, Unavailable, "points elsewhere"),
        (410, Unavailable, "any more"),
        (418, ReplaybookError, "refused"),
    ],
)
async def test_what_jira_answers_is_a_sentence(
    tracker: JiraTracker, world: JiraWorld, status: int, error: type[Exception], words: str
) -> None:
    world.faults.add(HttpFault(".", times=9, status=status))
    with pytest.raises(error, match=words):
        await tracker.get("SHOP-1")


@pytest.mark.parametrize("body", [b"", b"[]", b'{"id": 1}', b"\xff", b"[" * 100_000, b"<html>"])
async def test_an_answer_of_another_form_is_a_sentence(
    tracker: JiraTracker, monkeypatch: pytest.MonkeyPatch, body: bytes
) -> None:
    async def exchange(*_: object) -> tuple[int, dict[str, str], bytes]:
        return 200, {}, body

    monkeypatch.setattr(tracker._client, "_exchange", exchange)
    with pytest.raises(ReplaybookError, match="Jira"):
        await tracker.get("SHOP-1")
