"""The weekly list of a channel's open follow-ups: when it comes, what is in it, and what each row says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

import msgspec

from bot.backlog.follow_up_plan import due_in_words
from bot.backlog.hours import WorkingHours
from bot.backlog.request import Request, RequestState
from bot.kernel.locale import Locale

AT = time(10)
"""Mondays, where the channel is."""
MOST_ROWS = 15
"""A message of Slack's has at most 50 blocks, and a row takes two."""


class Uncounted(StrEnum):
    """Why it isn't known what a follow-up cost."""

    AWAY = "away"  # the source doesn't answer, or the question is no longer kept
    INCOMPLETE = "incomplete"  # the source hasn't counted everything
    NO_DATA = "no_data"  # nothing has arrived in the span


class FollowUpCost(msgspec.Struct, frozen=True, omit_defaults=True):
    """How many people hit it since a moment: since it was due, or since it was asked."""

    since: datetime
    overdue: bool
    people: int = 0
    why: Uncounted | None = None
    kept_from: datetime | None = None
    """Where the source keeps no data from the beginning of the span."""


class DigestRow(msgspec.Struct, frozen=True):
    request: str
    cost: FollowUpCost


class Digest(msgspec.Struct, frozen=True):
    """What a channel was told in a week; `week` is as in "2026-W48"."""

    week: str
    at: datetime
    rows: tuple[DigestRow, ...]
    more: int = 0
    """Open follow-ups that had no room."""


def next_digest(after: datetime, hours: WorkingHours) -> datetime:
    """Returns the first time after this moment at which a digest comes: within working hours, from Monday at ten."""
    local = after.astimezone(hours.tzinfo)
    monday = local.date() - timedelta(days=local.weekday())
    for week in range(3):
        opening = hours.from_(datetime.combine(monday + timedelta(weeks=week), AT, hours.tzinfo))
        if opening.timestamp() > after.timestamp():
            return opening
    raise ValueError("working hours that never open")


def week_of(moment: datetime, hours: WorkingHours) -> str:
    year, week, _ = moment.astimezone(hours.tzinfo).isocalendar()
    return f"{year}-W{week:02}"


def is_open(request: Request) -> bool:
    """Promised, and neither done nor dropped."""
    return request.state is RequestState.IN_BACKLOG


def overdue(request: Request, today: date) -> bool:
    return request.plan.due is not None and request.plan.due < today


def ordered(requests: Iterable[Request]) -> list[Request]:
    """By date, those without one last; then the oldest first."""
    return sorted(requests, key=lambda each: (each.plan.due or date.max, each.asked_at, each.id))


def counted_from(request: Request, today: date, hours: WorkingHours) -> tuple[datetime, bool]:
    """Since when it is counted what a follow-up cost, and whether it is since it was due."""
    if request.plan.due and overdue(request, today):
        return datetime.combine(request.plan.due + timedelta(days=1), time(), hours.tzinfo), True
    return request.asked_at, False


@dataclass(frozen=True, slots=True)
class FollowUpWords:
    """One follow-up as its owner and the channel read it."""

    standing: str
    cost: tuple[str, ...]
    """Sentences; none where nothing was counted yet."""


def in_words(request: Request, cost: FollowUpCost | None, today: date, locale: Locale) -> FollowUpWords:
    due = due_in_words(request.plan.due, today, locale) if request.plan.due else locale.text("no date yet")
    days = (today - request.asked_at.astimezone(locale.zone).date()).days
    age = locale.plural("asked %(n)s day ago", "asked %(n)s days ago", days) if days > 0 else locale.text("asked today")
    return FollowUpWords(f"{due} · {age}", cost_in_words(cost, overdue(request, today), locale) if cost else ())


def cost_in_words(cost: FollowUpCost, late: bool, locale: Locale) -> tuple[str, ...]:
    """`late`: it is overdue. Where the date was moved since it was counted, the day from which it was is named."""
    if cost.why:
        return (locale.text(_WHY[cost.why]),)
    people = _people(cost, late, locale)
    if cost.kept_from is None:
        return (people,)
    kept = locale.text("Data from before %(when)s is no longer kept.", when=locale.date(cost.kept_from))
    return people, kept


def _people(cost: FollowUpCost, late: bool, locale: Locale) -> str:
    if not cost.overdue:
        return locale.plural(
            "%(n)s person hit it since it was asked.", "%(n)s people hit it since it was asked.", cost.people
        )
    if late:
        return locale.plural(
            "%(n)s person hit it since it was due.", "%(n)s people hit it since it was due.", cost.people
        )
    day = locale.date(cost.since)
    return locale.plural(
        "%(n)s person hit it since %(day)s.", "%(n)s people hit it since %(day)s.", cost.people, day=day
    )


def _(message: str) -> str:
    """Marks a text for the catalogs; it is translated when used."""
    return message


_WHY = {
    Uncounted.AWAY: _("What it cost since can’t be counted at the moment."),
    Uncounted.INCOMPLETE: _("The source hasn’t counted everything yet, so what it cost since isn’t known."),
    Uncounted.NO_DATA: _("No data has arrived since, so what it cost isn’t known."),
}
