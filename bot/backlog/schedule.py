"""The one clock of a request: what happens next if nobody does anything, and when."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec

from bot.backlog.fix_check import Undecidable
from bot.backlog.hours import WorkingHours
from bot.backlog.request import WITH_TICKET, Request, RequestAction, RequestState

REOPENED_WITHIN = timedelta(days=30)
"""So long after whatever happened last, the ticket is still looked at now and then: it may be opened again."""
TICKET_LOOKS = timedelta(hours=1)
QUIET_PARTS = 12
"""A ticket is read again after a twelfth of the time for which nothing has happened, up to TICKET_LOOKS."""
CHECKED_AFTER = (timedelta(hours=1), timedelta(days=1), timedelta(days=7))
PROMISED_GAP = timedelta(days=1)
"""Beyond the planned checks a promised one comes so long after the last at the earliest."""
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


class ReminderPolicy(msgspec.Struct, frozen=True):
    """How persistent the bot is. Counts are of times the same owner was reminded, the asking not included.

    Gaps grow; the last one is doubled again and again when they run out.
    """

    gaps: tuple[timedelta, ...] = (timedelta(hours=4), timedelta(days=1), timedelta(days=2))
    give_back_after: int = 2
    """An unanswered hand-over returns to who handed over."""
    escalate_after: int | None = 2
    """None never escalates: there is nobody to escalate to."""
    expire_after: int = 6
    checked_after: tuple[timedelta, ...] = CHECKED_AFTER
    """From the ticket being done until the numbers are compared, again and again until the outcome is settled."""

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


CHECKED = frozenset({RequestState.DONE, RequestState.TOO_EARLY, RequestState.NOT_IMPROVED})
"""States in which a fix is checked, by the clock or by a press."""
WAITING = frozenset({RequestState.ASKED, RequestState.SEEN, RequestState.ESCALATED, RequestState.HANDED_OVER})


def next_step(request: Request, now: datetime, hours: WorkingHours, policy: ReminderPolicy) -> Step | None:
    """Returns None once there is nothing to wait for. No person hears of it outside working hours, or before `now`."""
    match request.state:
        case RequestState.SNOOZED if request.until:
            return _step(request, hours.from_(max(request.until, now)), RequestAction.WAKE)
        case state if state in WAITING:
            due = (request.last_told or request.asked_at) + policy.gap(request.reminders)
            return _step(request, hours.from_(max(due, now)), _reminder(request, policy))
        case RequestState.IN_BACKLOG:
            return Step(now, None, request.version, now + _pause(request, now))
        case state if state in WITH_TICKET and request.last:
            return _follow(request, request.last.at, now, policy)
    return None


def _pause(request: Request, now: datetime) -> timedelta:
    """The longer nothing has happened, the more seldom a ticket is read; webhooks tell what changes before."""
    since = request.last.at if request.last else request.asked_at
    return min(max(now - since, timedelta()) / QUIET_PARTS, TICKET_LOOKS)


def _follow(request: Request, last_at: datetime, now: datetime, policy: ReminderPolicy) -> Step | None:
    """A finished ticket is followed for a month, closely while its fix is checked."""
    due = next_check(request, policy)
    if now >= max(due or last_at, last_at) + REOPENED_WITHIN:
        return None
    if due is None:
        return Step(now, None, request.version, now + TICKET_LOOKS)
    return Step(due, RequestAction.VERIFY, request.version, now)


def next_check(request: Request, policy: ReminderPolicy) -> datetime | None:
    """Returns when the fix is checked next. None while the ticket isn't done, and once the outcome is settled.

    *Improved* is settled. *Not improved* is after the last planned check: the fix of a ticket that is done may still be
    on its way to people. After that, *Too early* is checked when it was said that it would be clear.
    """
    done, check = request.fixed_at, request.check
    if done is None or request.state not in CHECKED:
        return None
    planned = sorted(done + delay for delay in policy.checked_after)
    if check is None:
        return planned[0]
    if later := [at for at in planned if at > check.at]:
        return later[0]
    promised = check.at if check.why is Undecidable.INCOMPLETE else check.decidable_at
    due = max(promised, check.at + PROMISED_GAP) if promised else None
    return due if due and due < done + REOPENED_WITHIN else None


def delays(texts: Iterable[str]) -> tuple[timedelta, ...]:
    """Returns the spans that a setting names: `1h`, `30m`, `7d`."""
    return tuple(int(text[:-1]) * _UNITS[text[-1]] for text in texts)


def _step(request: Request, at: datetime, action: RequestAction) -> Step:
    return Step(at, action, request.version, at)


def _reminder(request: Request, policy: ReminderPolicy) -> RequestAction:
    reminders = request.reminders
    if request.state is RequestState.HANDED_OVER:
        return RequestAction.GIVE_BACK if reminders >= policy.give_back_after else RequestAction.REMIND
    if reminders >= policy.expire_after:
        return RequestAction.EXPIRE
    may_escalate = policy.escalate_after is not None and not request.escalated
    escalates = may_escalate and reminders >= (policy.escalate_after or 0)
    return RequestAction.ESCALATE if escalates else RequestAction.REMIND
