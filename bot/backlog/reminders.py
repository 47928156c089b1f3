"""When an owner who hasn't answered hears of it again, and when the fix is checked."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from bot.backlog.hours import WorkingHours
from bot.backlog.request import Request, RequestAction, RequestState


class Policy(msgspec.Struct, frozen=True):
    """How persistent the bot is. Counts are of times the same owner was told, the asking not included.

    Gaps grow; the last one is doubled again and again when they run out.
    """

    gaps: tuple[timedelta, ...] = (timedelta(hours=4), timedelta(days=1), timedelta(days=2))
    give_back_after: int = 2
    """An unanswered hand-over returns to who handed over."""
    escalate_after: int | None = 2
    """None never escalates: there is nobody to escalate to."""
    expire_after: int = 6
    verify_after: timedelta = timedelta(days=1)
    """From the ticket being done until the question is asked again."""

    def gap(self, told: int) -> timedelta:
        beyond = told - len(self.gaps) + 1
        return self.gaps[told] if beyond <= 0 else self.gaps[-1] * 2 ** min(beyond, 10)


class Reminder(msgspec.Struct, frozen=True):
    """What the clock does next, and when; `version` is that of the request it is meant for."""

    at: datetime
    action: RequestAction
    version: int


def next_reminder(request: Request, now: datetime, hours: WorkingHours, policy: Policy) -> Reminder | None:
    """None once there is nothing to wait for. Never outside working hours, never before `now`."""
    if request.state is RequestState.SNOOZED and request.until:
        return Reminder(hours.from_(max(request.until, now)), RequestAction.WAKE, request.version)
    if request.state not in {RequestState.ASKED, RequestState.SEEN, RequestState.ESCALATED, RequestState.HANDED_OVER}:
        return None
    due = (request.last_told or request.asked_at) + policy.gap(request.reminders)
    return Reminder(hours.from_(max(due, now)), _next_action(request, policy), request.version)


def _next_action(request: Request, policy: Policy) -> RequestAction:
    told = request.reminders
    if request.state is RequestState.HANDED_OVER:
        return RequestAction.GIVE_BACK if told >= policy.give_back_after else RequestAction.REMIND
    if told >= policy.expire_after:
        return RequestAction.EXPIRE
    may_escalate = policy.escalate_after is not None and not request.escalated
    return RequestAction.ESCALATE if may_escalate and told >= (policy.escalate_after or 0) else RequestAction.REMIND


def verify_due(request: Request, hours: WorkingHours, policy: Policy) -> datetime | None:
    """When to ask the question again; None while the ticket isn't done, or when it was asked already."""
    if request.state is not RequestState.DONE or request.last is None:
        return None
    return hours.from_(request.last.at + policy.verify_after)
