"""The one clock of a request: what happens next if nobody does anything, and when."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from bot.backlog.hours import WorkingHours
from bot.backlog.request import Request, RequestAction, RequestState

REOPENED_WITHIN = timedelta(days=30)
"""So long after a fix was checked, its ticket is still looked at now and then: it may be opened again."""
TICKET_LOOKS = timedelta(hours=1)


class Policy(msgspec.Struct, frozen=True):
    """How persistent the bot is. Counts are of times the same owner was reminded, the asking not included.

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

    def gap(self, reminders: int) -> timedelta:
        beyond = reminders - len(self.gaps) + 1
        return self.gaps[reminders] if beyond <= 0 else self.gaps[-1] * 2 ** min(beyond, 10)


class Step(msgspec.Struct, frozen=True):
    """What the clock does next, and when; `version` is that of the request it is meant for.

    Without an action only the ticket is looked at. `look_at` is when the clock comes by: at `at`, or earlier where the
    ticket may move by itself.
    """

    at: datetime
    action: RequestAction | None
    version: int
    look_at: datetime

    @property
    def reads_ticket(self) -> bool:
        return self.action in (None, RequestAction.VERIFY)


WAITING = frozenset({RequestState.ASKED, RequestState.SEEN, RequestState.ESCALATED, RequestState.HANDED_OVER})


def next_step(request: Request, now: datetime, hours: WorkingHours, policy: Policy) -> Step | None:
    """Returns None once there is nothing to wait for. No person hears of it outside working hours, or before `now`."""
    match request.state:
        case RequestState.SNOOZED if request.until:
            return _step(request, hours.from_(max(request.until, now)), RequestAction.WAKE)
        case state if state in WAITING:
            due = (request.last_told or request.asked_at) + policy.gap(request.reminders)
            return _step(request, hours.from_(max(due, now)), _reminder(request, policy))
        case RequestState.IN_BACKLOG:
            return Step(now, None, request.version, now)
        case RequestState.DONE if request.last:
            due = hours.from_(request.last.at + policy.verify_after)
            return Step(due, RequestAction.VERIFY, request.version, now)
        case RequestState.VERIFIED if request.last and now < request.last.at + REOPENED_WITHIN:
            return Step(now, None, request.version, now + TICKET_LOOKS)
    return None


def verify_at(request: Request, hours: WorkingHours, policy: Policy) -> datetime | None:
    """Returns when the fix is checked; None while the ticket isn't done, or when it was checked already."""
    if request.state is not RequestState.DONE or request.last is None:
        return None
    return hours.from_(request.last.at + policy.verify_after)


def _step(request: Request, at: datetime, action: RequestAction) -> Step:
    return Step(at, action, request.version, at)


def _reminder(request: Request, policy: Policy) -> RequestAction:
    reminders = request.reminders
    if request.state is RequestState.HANDED_OVER:
        return RequestAction.GIVE_BACK if reminders >= policy.give_back_after else RequestAction.REMIND
    if reminders >= policy.expire_after:
        return RequestAction.EXPIRE
    may_escalate = policy.escalate_after is not None and not request.escalated
    escalates = may_escalate and reminders >= (policy.escalate_after or 0)
    return RequestAction.ESCALATE if escalates else RequestAction.REMIND
