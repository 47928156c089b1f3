"""Owner, date and priority flow both ways between a follow-up and its ticket: what changed where, and what holds."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from bot.backlog.request import AgreedFields
from bot.backlog.ticket import TWO_WAY, Ability, Ticket, TicketFields


@dataclass(frozen=True, slots=True)
class FieldSync:
    """`pulled` and `pushed` name the fields that the plan takes from the ticket, and the ticket from the plan.

    `conflicts` are those of both that were changed on both sides.
    """

    pulled: tuple[Ability, ...] = ()
    pushed: tuple[Ability, ...] = ()
    conflicts: tuple[Ability, ...] = ()


def compared(
    ours: TicketFields, agreed: AgreedFields, ticket: Ticket, abilities: Collection[Ability], ours_at: datetime
) -> FieldSync:
    """`ours_at` is when somebody last changed the plan with us. Where the ticket doesn't tell when, it was later.

    An empty owner or priority on the ticket takes nothing away; an empty date does.
    """
    pulled: list[Ability] = []
    pushed: list[Ability] = []
    conflicts: list[Ability] = []
    for field in (each for each in TWO_WAY if each in abilities):
        here, there = value_of(ours, field), value_of(ticket.fields, field)
        changed_here = here != value_of(agreed.ours, field)
        changed_there = there != value_of(agreed.theirs, field) and bool(there or field is Ability.DUE)
        if here == there or not (changed_here or changed_there):
            continue
        theirs = changed_there and not (changed_here and ours_at > _changed_at(ticket, field, ours_at))
        (pulled if theirs else pushed).append(field)
        if changed_here and changed_there:
            conflicts.append(field)
    return FieldSync(tuple(pulled), tuple(pushed), tuple(conflicts))


def value_of(fields: TicketFields, field: Ability) -> Any:
    """What is compared: people are the same by their address alone, as names differ between systems."""
    return fields.assignee_email.casefold() if field is Ability.ASSIGNEE else getattr(fields, field)


def only(fields: TicketFields, wanted: Collection[Ability]) -> TicketFields:
    """Returns the fields that are wanted, and nothing of the others."""
    return replace(
        TicketFields(),
        due=fields.due if Ability.DUE in wanted else None,
        priority=fields.priority if Ability.PRIORITY in wanted else "",
        assignee=fields.assignee if Ability.ASSIGNEE in wanted else "",
        assignee_email=fields.assignee_email if Ability.ASSIGNEE in wanted else "",
    )


def taken(before: TicketFields, ours: TicketFields, now: TicketFields, pushed: Collection[Ability]) -> TicketFields:
    """The ticket's fields as they are agreed after pushing: what it took of ours, and else what it had `before`.

    What somebody changed on it meanwhile is `now` there and isn't agreed: the next comparison finds it.
    """
    kept = [field for field in pushed if value_of(now, field) == value_of(ours, field)]
    return replace(
        before,
        due=now.due if Ability.DUE in kept else before.due,
        priority=now.priority if Ability.PRIORITY in kept else before.priority,
        assignee=now.assignee if Ability.ASSIGNEE in kept else before.assignee,
        assignee_email=now.assignee_email if Ability.ASSIGNEE in kept else before.assignee_email,
    )


def _changed_at(ticket: Ticket, field: Ability, unknown: datetime) -> datetime:
    return ticket.changed.get(field) or ticket.updated or unknown
