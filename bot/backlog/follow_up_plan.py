"""What a follow-up needs so that it doesn't die: a person, an outcome, a kind, a priority and a date."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

from bot.backlog.hours import WorkingHours
from bot.kernel.locale import Locale
from bot.notebook.head import Severity


class FollowUpKind(StrEnum):
    """After the workbook on site reliability, whose action items are of a type: https://sre.google/workbook."""

    MITIGATE = "mitigate"
    FIX = "fix"
    PREVENT = "prevent"
    DETECT = "detect"


class Priority(StrEnum):
    """The lower the number, the more urgent."""

    P1 = "P1"
    P2 = "P2"
    P3 = "P3"
    P4 = "P4"


UNKNOWN_SEVERITY = (Priority.P3, 10)
PROPOSED: dict[Severity, tuple[Priority, int]] = {
    Severity.SEV_0: (Priority.P1, 3),
    Severity.SEV_1: (Priority.P1, 5),
    Severity.SEV_2: (Priority.P2, 10),
    Severity.SEV_3: (Priority.P3, 20),
    Severity.SEV_4: (Priority.P4, 30),
    Severity.SEV_5: (Priority.P4, 40),
}
"""The priority of a follow-up by the severity of its incident, and in how many working days it is due."""


def proposed(severity: Severity | None) -> tuple[Priority, int]:
    """Returns the priority and the number of working days."""
    return PROPOSED.get(severity, UNKNOWN_SEVERITY) if severity is not None else UNKNOWN_SEVERITY


def working_days_after(day: date, count: int, hours: WorkingHours) -> date:
    """Returns the working day that is `count` working days after `day`."""
    while count > 0:
        day += timedelta(days=1)
        count -= day.weekday() in hours.weekdays
    return day


def _(message: str) -> str:
    """Marks a text for the catalogs; it is translated when used."""
    return message


KINDS = {
    FollowUpKind.MITIGATE: _("Mitigate"),
    FollowUpKind.FIX: _("Fix"),
    FollowUpKind.PREVENT: _("Prevent"),
    FollowUpKind.DETECT: _("Detect"),
}
MEANINGS = {
    FollowUpKind.MITIGATE: _("People feel less of it"),
    FollowUpKind.FIX: _("The cause is gone"),
    FollowUpKind.PREVENT: _("It can’t happen again"),
    FollowUpKind.DETECT: _("Next time we see it sooner"),
}


def kind_name(kind: FollowUpKind, locale: Locale) -> str:
    return locale.text(KINDS[kind])


def due_in_words(due: date, today: date, locale: Locale) -> str:
    """ "due Dec 11, 2026", "due today", "overdue by 6 days (Dec 11, 2026)"."""
    named = locale.calendar_day(due)
    days = (today - due).days
    if days > 0:
        return locale.plural("overdue by %(n)s day (%(date)s)", "overdue by %(n)s days (%(date)s)", days, date=named)
    return locale.text("due today") if days == 0 else locale.text("due %(date)s", date=named)
