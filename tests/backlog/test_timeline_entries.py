"""What a request leaves in the timeline, each thing once and at its own time."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from bot.backlog.request import HistoryEntry, Party, Request, RequestAction
from bot.backlog.timeline_entries import timeline_entries
from tests.backlog.examples import JISOO, MONDAY, NEW

HOUR = timedelta(hours=1)
CLOCK = Party("clock", "Replaybook")


def with_history(*steps: tuple[RequestAction, Party, str], **more: object) -> Request:
    history = tuple(
        HistoryEntry(MONDAY + n * HOUR, who, action, n + 1, note) for n, (action, who, note) in enumerate(steps, 1)
    )
    return msgspec.structs.replace(NEW, history=history, version=len(history) + 1, **more)


def told(request: Request) -> list[tuple[str, str]]:
    """(kind, its action, outcome or owner) of each entry."""
    return [
        (entry.what, entry.named.get("action") or entry.named.get("outcome") or entry.named["owner"])
        for entry in timeline_entries(request)
    ]


def test_a_request_is_told_from_the_asking_to_the_check() -> None:
    request = with_history(
        (RequestAction.SEE, JISOO, ""),
        (RequestAction.IN_BACKLOG, JISOO, "SHOP-1"),
        (RequestAction.DONE, CLOCK, ""),
        (RequestAction.VERIFY, CLOCK, "too_early"),
        (RequestAction.VERIFY, CLOCK, "improved"),
        (RequestAction.VERIFY, CLOCK, "improved"),
        ticket="SHOP-1",
    )
    assert told(request) == [
        ("owner_asked", "Jisoo"), ("answered", "in_backlog"), ("ticket", "done"), ("checked", "improved"),
    ]  # fmt: skip
    keys = [entry.key for entry in timeline_entries(request)]
    assert len(set(keys)) == len(keys)
    assert timeline_entries(request) == timeline_entries(request)


def test_a_fix_is_as_old_as_its_ticket_says() -> None:
    steps = ((RequestAction.IN_BACKLOG, JISOO, "SHOP-1"), (RequestAction.DONE, CLOCK, ""))
    request = with_history(*steps, fixed_at=MONDAY + HOUR / 2, ticket="SHOP-1")
    done = timeline_entries(request)[-1]
    assert (done.at, done.named["ticket"]) == (MONDAY + HOUR / 2, "SHOP-1")
    unknown = timeline_entries(with_history(*steps, ticket="SHOP-1"))[-1]
    assert unknown.at == MONDAY + 2 * HOUR


def test_a_second_round_is_told_anew() -> None:
    request = with_history(
        (RequestAction.IN_BACKLOG, JISOO, "SHOP-1"),
        (RequestAction.DONE, CLOCK, ""),
        (RequestAction.VERIFY, CLOCK, "not_improved"),
        (RequestAction.REOPEN, CLOCK, ""),
        (RequestAction.DONE, CLOCK, ""),
        (RequestAction.VERIFY, CLOCK, "not_improved"),
        (RequestAction.CLOSE, CLOCK, ""),
        (RequestAction.ASK_AGAIN, JISOO, ""),
        (RequestAction.EXPIRE, CLOCK, ""),
    )
    assert [action for _, action in told(request)] == [
        "Jisoo", "in_backlog", "done", "not_improved", "reopen", "done", "not_improved", "close", "Jisoo", "expire",
    ]  # fmt: skip


def test_whoever_was_asked_first_is_named_after_a_hand_over() -> None:
    request = with_history((RequestAction.HAND_OVER, JISOO, "Hana"), owner=Party("U3", "Hana"))
    asked, handed = timeline_entries(request)
    assert (asked.named["owner"], handed.named["note"], handed.who) == ("Jisoo", "Hana", "Jisoo")
