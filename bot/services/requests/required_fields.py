"""What a tracker requires for a new ticket: asked in the modal once, and remembered for the project."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping
from contextlib import suppress
from datetime import date

from bot.backlog.follow_up_plan import FollowUpKind
from bot.backlog.request import Request
from bot.backlog.ticket import Ability, FieldKind, RequiredField
from bot.kernel.errors import Misunderstood, ReplaybookError
from bot.services.requests.context import RequestContext

READ_S = 1.0
Custom = tuple[tuple[str, tuple[str, ...]], ...]


async def to_ask(context: RequestContext, request: Request) -> list[RequiredField]:
    """Those that can be asked for and weren't answered yet. None where the tracker doesn't say in time."""
    with suppress(TimeoutError, ReplaybookError):
        async with asyncio.timeout(READ_S):
            known = await context.records.custom_values(request)
            required = await _required(context, request, None)
            return [field for field in required if field.askable and not _holds(field, known)]
    return []


async def custom_values(
    context: RequestContext, request: Request, kind: FollowUpKind | None, entered: Mapping[str, str]
) -> Custom:
    """The values of every required field, and remembers them.

    Raises Misunderstood with the field's name for one that can't be asked for, that lacks, or that can't be taken.
    """
    known = await context.records.custom_values(request)
    values: dict[str, tuple[str, ...]] = {}
    for field in await _required(context, request, kind):
        remembered = known[field.id] if _holds(field, known) else ()
        values[field.id] = remembered or _value(request, field, entered.get(field.id, ""))
    if values and any(known.get(id) != value for id, value in values.items()):
        await context.records.keep_custom_values(request, {**known, **values})
    return tuple(sorted(values.items()))


async def _required(context: RequestContext, request: Request, kind: FollowUpKind | None) -> list[RequiredField]:
    tracker = context.trackers.of(request.tracker, request.team)
    if Ability.CUSTOM_FIELDS not in tracker.abilities:
        return []
    return list(await tracker.required_fields(request.project, kind))


def _holds(field: RequiredField, known: Mapping[str, tuple[str, ...]]) -> bool:
    """Whether what was answered before can still be taken: a choice may be gone by now."""
    values = known.get(field.id, ())
    return bool(values) and field.askable and all(_fits(field, value) for value in values)


def _value(request: Request, field: RequiredField, text: str) -> tuple[str, ...]:
    if not field.askable:
        raise Misunderstood(
            "%(project)s requires “%(field)s”, which can’t be asked for here: please make the ticket there.",
            project=request.project,
            field=field.name,
        )
    if not text.strip():
        raise Misunderstood("%(project)s requires “%(field)s”.", project=request.project, field=field.name)
    if not _fits(field, text.strip()):
        raise Misunderstood("“%(field)s” can’t be “%(text)s”.", field=field.name, text=text.strip()[:60])
    return (text.strip(),)


def _fits(field: RequiredField, text: str) -> bool:
    if field.kind in {FieldKind.CHOICE, FieldKind.CHOICES}:
        return text in {option.id for option in field.options}
    with suppress(ValueError):
        if field.kind is FieldKind.NUMBER:
            return math.isfinite(float(text))
        if field.kind is FieldKind.DATE:
            date.fromisoformat(text)
        return True
    return False
