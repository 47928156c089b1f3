"""What is sent to GitHub, and what its stand-in answers and sends, is as GitHub itself describes it (2026-03-10)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import pytest
from githubkit_schemas.v2026_03_10 import models

from bot.backlog.follow_up_plan import FollowUpKind
from bot.backlog.ticket import BackLink, NewTicket, TicketFields
from bot.kernel.errors import Phrase
from bot.providers.github.github_client import GitHubClient
from bot.providers.github.github_issues import GitHubIssues
from standins.github.github_by_hand import ACTIONS, by_hand
from standins.github.github_world import GitHubWorld

BODIES: Mapping[tuple[str, str], Any] = {
    ("POST", "issues"): models.ReposOwnerRepoIssuesPostBody,
    ("PATCH", "issue"): models.ReposOwnerRepoIssuesIssueNumberPatchBody,
    ("POST", "comments"): models.ReposOwnerRepoIssuesIssueNumberCommentsPostBody,
    ("PATCH", "comment"): models.ReposOwnerRepoIssuesCommentsCommentIdPatchBody,
}
EVENTS: Mapping[str, Any] = {
    "closed": models.WebhookIssuesClosed,
    "reopened": models.WebhookIssuesReopened,
    "transferred": models.WebhookIssuesTransferred,
    "deleted": models.WebhookIssuesDeleted,
}


def kind_of(path: str) -> str:
    parts = path.strip("/").split("/")
    if parts[-1] in {"issues", "comments"}:
        return parts[-1]
    return "comment" if parts[-2] == "comments" else "issue"


async def test_every_body_that_is_sent_is_one_that_github_describes(tracker: GitHubIssues, world: GitHubWorld) -> None:
    parent = world.add("acme/ops", "The incident")
    fields = TicketFields(priority="P2", assignee_email="jisoo@example.com")
    new = NewTicket(
        "SHOP", "Buy", "why", "R1", fields, FollowUpKind.FIX, labels=("incident",), parent=f"{parent.repo}#1"
    )
    await tracker.create(new)
    await tracker.set_fields("acme/shop#1", TicketFields(priority="P1", assignee_email="mina@nordic.example"))
    await tracker.comment("acme/shop#1", "It won't be done.", meaning="R1:2")
    for people in (41, 52):
        await tracker.link_back("acme/shop#1", BackLink("R1", "https://a.example", "Buy", f"{people} people"))
    await tracker.finish("acme/shop#1")
    sent = [each for each in world.requests if each.body is not None]
    assert {(each.method, kind_of(each.path)) for each in sent} == set(BODIES)
    for each in sent:
        model = BODIES[each.method, kind_of(each.path)]
        model.model_validate(each.body)
        assert set(each.body) <= set(model.model_fields), "GitHub knows no such field"


async def test_what_the_stand_in_answers_is_what_github_answers(client: GitHubClient, world: GitHubWorld) -> None:
    world.add("acme/shop", "Buy", "why", labels=["P1"], assignees=["jisoo-k"])
    world.add("acme/shop", "A pull request", pull=True)
    by_hand(world, world.issues[0], "close")
    models.Issue.model_validate(await client.read("/repos/acme/shop/issues/1", Any, Phrase("issue")))
    for each in await client.read("/repos/acme/shop/issues", list[Any], Phrase("issues"), {"state": "all"}):
        models.Issue.model_validate(each)
    made = await client.create("/repos/acme/shop/issues/1/comments", {"body": "x"}, Any, Phrase("comment"))
    models.IssueComment.model_validate(made)


@pytest.mark.parametrize("what", ACTIONS)
def test_what_the_stand_in_sends_has_the_fields_of_github_s_webhooks(world: GitHubWorld, what: str) -> None:
    """The parts that are read; its repositories and accounts say less than GitHub's."""
    issue = world.add("acme/shop", "Buy", "why")
    if what == "reopen":
        by_hand(world, issue, "close")
    by_hand(world, issue, what)
    payload: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(world.hooks[-1].payload))
    model = EVENTS[payload["action"]]
    required = {name for name, field in model.model_fields.items() if field.is_required()}
    assert required <= set(payload)
    assert set(payload) <= set(model.model_fields)
    models.Issue.model_validate(payload["issue"])
