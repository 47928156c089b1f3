"""The step of a workflow that ends an issue, because a person says that it is done."""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from bot.backlog.ticket import Status, Ticket
from bot.kernel.errors import Misunderstood
from bot.providers.jira import jira_calls as calls
from bot.providers.jira.jira_client import JiraClient
from bot.providers.jira.jira_errors import JiraRefused, JiraUnsure
from bot.providers.jira.jira_issue import JiraIssue, NamedValue, StatusOfIssue, ticket_of

DONE = "done"


class StepField(msgspec.Struct):
    name: str = ""
    required: bool = False
    values: list[NamedValue] = msgspec.field(name="allowedValues", default_factory=list)


class WorkflowStep(msgspec.Struct):
    id: str
    name: str = ""
    to: StatusOfIssue = msgspec.field(default_factory=StatusOfIssue)
    fields: dict[str, StepField] = {}


class WorkflowSteps(msgspec.Struct):
    transitions: list[WorkflowStep] = []


async def finish(client: JiraClient, ticket: Ticket, not_fixed: Collection[str]) -> None:
    """Takes the step to a state of what is done, with a resolution that means fixed. Repeatable.

    Raises Misunderstood where there is no such step, or one that wants more than a resolution.
    """
    if ticket.status is Status.DONE:
        return
    steps = (await client.send(calls.transitions(ticket.key), WorkflowSteps)).transitions
    for step in sorted(steps, key=lambda step: step.name.casefold() in not_fixed):
        chosen = _resolution(step, not_fixed)
        if step.to.category.key != DONE or chosen is None or step.name.casefold() in not_fixed:
            continue
        try:
            await client.body(calls.transition(ticket.key, step.id, chosen))
        except (JiraUnsure, JiraRefused):
            if await _is_done(client, ticket, not_fixed):
                return
            raise
        return
    raise Misunderstood(
        "Jira’s workflow has no step that ends %(key)s from “%(state)s”; end it in Jira.",
        key=ticket.key,
        state=ticket.status_name,
    )


async def _is_done(client: JiraClient, ticket: Ticket, not_fixed: Collection[str]) -> bool:
    issue = await client.send(calls.issue(ticket.key), JiraIssue)
    return ticket_of(issue, "", not_fixed).status is Status.DONE


def _resolution(step: WorkflowStep, not_fixed: Collection[str]) -> dict[str, dict[str, str]] | None:
    """The fields of the step's screen that must be filled; None where it wants what we don't know."""
    wanted = {name for name, field in step.fields.items() if field.required}
    if wanted - {"resolution"}:
        return None
    if "resolution" not in step.fields:
        return {}
    fixed = [one for one in step.fields["resolution"].values if one.name.casefold() not in not_fixed]
    return {"resolution": {"id": fixed[0].id}} if fixed else None
