"""What became of a request, in one sentence: for the press that came second, for the thread, for the record."""

from __future__ import annotations

from datetime import date, datetime

import msgspec

from bot.backlog.check_sentences import OUTCOMES
from bot.backlog.request import HistoryEntry, Request, RequestAction, RequestState
from bot.kernel.locale import Locale

_QUIET = frozenset({RequestAction.SEE, RequestAction.REMIND, RequestAction.WAKE})
"""What nobody did on purpose, or what changes nothing for whoever presses."""


def already(request: Request, now: datetime, locale: Locale) -> str:
    """For someone whose press changes nothing: "Jisoo answered at 10:42: in the backlog, SHOP-412"."""
    telling = next((each for each in reversed(request.history) if each.action not in _QUIET), None)
    if telling:
        return happened(telling, now, locale)
    if request.state is RequestState.SEEN:
        return locale.text("%(who)s has seen this and hasn’t answered yet.", who=request.owner.name)
    return locale.text("%(who)s was asked %(when)s and hasn’t answered yet.", **_asked(request, now, locale))


def _asked(request: Request, now: datetime, locale: Locale) -> dict[str, str]:
    return {"who": request.asks.name, "when": when(request.asked_at, now, locale)}


def when(moment: datetime, now: datetime, locale: Locale) -> str:
    """ "at 19:03" when it was today, else with its date and zone: "on Mon, Nov 23 19:03 KST"."""
    same_day = moment.astimezone(locale.zone).date() == now.astimezone(locale.zone).date()
    if same_day:
        return locale.text("at %(when)s", when=locale.time(moment))
    return locale.text("on %(when)s", when=locale.as_of(now).moment(moment))


def happened(it: HistoryEntry, now: datetime, locale: Locale) -> str:
    """One line of a history."""
    values = {"who": who(it, locale), "when": when(it.at, now, locale), "note": it.note}
    if it.action is RequestAction.SNOOZE:
        values["note"] = locale.as_of(now).moment(datetime.fromisoformat(it.note))
    if it.action is RequestAction.PLAN:
        values["note"] = locale.calendar_day(date.fromisoformat(it.note)) if it.note else "–"
    if it.action is RequestAction.VERIFY:
        values["note"] = locale.text(OUTCOMES.get(it.note, it.note))
    if it.action is RequestAction.ESCALATE and it.note:
        return locale.text(_ESCALATED_TO, **values)
    if it.action is RequestAction.LOSE:
        return locale.text(LOST.get(it.note, LOST["unknown"]), **values)
    if it.who.id == OF_TRACKER and it.action in _BY_PERSON:
        line = _BY_PERSON[it.action] if it.note or it.action is not RequestAction.CLOSE else _CLOSED_BY
        return locale.text(line, **values)
    return locale.text(_LINES[it.action], **values)


def who(it: HistoryEntry, locale: Locale) -> str:
    """Who did it, and for whom where it was somebody who wasn't asked."""
    if it.behalf is None:
        return it.who.name
    return locale.text("%(who)s on behalf of %(whom)s", who=it.who.name, whom=it.behalf.name)


def standing_note(request: Request, locale: Locale) -> str:
    """Why the ticket of a follow-up can't be read, for its row; empty for one that can."""
    return locale.text(_STANDINGS.get(request.standing, _STANDINGS["unknown"])) if request.standing else ""


def answer(it: HistoryEntry, locale: Locale) -> str:
    """What somebody said by pressing, as their own words: "In the backlog: SHOP-412"."""
    return locale.text(_ANSWERS[it.action], note=it.note)


def history(request: Request, now: datetime, locale: Locale) -> tuple[str, ...]:
    """The whole history, oldest first, beginning with the asking."""
    asked = locale.text(
        "%(asker)s asked %(who)s %(when)s",
        asker=request.asker.name,
        who=_first_asked(request),
        when=when(request.asked_at, now, locale),
    )
    return (asked, *(happened(it, now, locale) for it in request.history))


def answer_history(request: Request, now: datetime, locale: Locale) -> tuple[str, ...]:
    """The history up to what was answered. What becomes of the ticket is said in messages of its own."""
    if not request.answered:
        return history(request, now, locale)
    answers = [n for n, entry in enumerate(request.history) if entry.action in _ANSWERS]
    upto = request.history[: answers[-1] + 1] if answers else request.history
    return history(msgspec.structs.replace(request, history=upto), now, locale)


def _first_asked(request: Request) -> str:
    handed = next((it for it in request.history if it.action is RequestAction.HAND_OVER), None)
    return handed.who.name if handed else request.owner.name


def _(message: str) -> str:
    """Marks a text for the catalogs; it is translated when used."""
    return message


_LINES = {
    RequestAction.IN_BACKLOG: _("%(who)s answered %(when)s: in the backlog, %(note)s"),
    RequestAction.NOT_DOING: _("%(who)s answered %(when)s: not doing, %(note)s"),
    RequestAction.HAND_OVER: _("%(who)s handed this over to %(note)s %(when)s"),
    RequestAction.ACCEPT: _("%(who)s took this over %(when)s"),
    RequestAction.GIVE_BACK: _("%(who)s gave this back %(when)s"),
    RequestAction.SNOOZE: _("%(who)s snoozed this %(when)s until %(note)s"),
    RequestAction.SEE: _("%(who)s saw this %(when)s"),
    RequestAction.WAKE: _("The snooze ended %(when)s"),
    RequestAction.REMIND: _("%(who)s reminded the owner %(when)s"),
    RequestAction.ESCALATE: _("%(who)s escalated this %(when)s"),
    RequestAction.EXPIRE: _("Nobody answered; reminders ended %(when)s"),
    RequestAction.PLAN: _("%(who)s changed the follow-up %(when)s; it is due %(note)s"),
    RequestAction.FINISH: _("%(who)s said %(when)s that it is done"),
    RequestAction.DONE: _("The ticket was done %(when)s"),
    RequestAction.CLOSE: _("The ticket was closed without a fix %(when)s"),
    RequestAction.REOPEN: _("The ticket was opened again %(when)s"),
    RequestAction.RENAME: _("The ticket was moved %(when)s: %(note)s"),
    RequestAction.RETURN: _("The ticket can be read again %(when)s"),
    RequestAction.FOLLOW: _("The follow-up was changed on the ticket %(when)s: %(note)s"),
    RequestAction.OVERRULE: _(
        "The follow-up was changed here and on the ticket; seen %(when)s, the later change holds: %(note)s"
    ),
    RequestAction.VERIFY: _("Checked %(when)s, after the fix: %(note)s"),
    RequestAction.ASK_AGAIN: _("%(who)s asked again %(when)s"),
}

_ESCALATED_TO = _("%(who)s escalated this to %(note)s %(when)s")
_CLOSED_BY = _("%(who)s closed the ticket without a fix; seen %(when)s")
_BY_PERSON = {
    RequestAction.DONE: _("%(who)s set the ticket done; seen %(when)s"),
    RequestAction.CLOSE: _("%(who)s closed the ticket without a fix (%(note)s); seen %(when)s"),
    RequestAction.REOPEN: _("%(who)s opened the ticket again; seen %(when)s"),
}
LOST = {
    "archived": _("The ticket was archived; seen %(when)s"),
    "deleted": _("The ticket was deleted; seen %(when)s"),
    "no_permission": _("The tracker no longer lets me see the ticket; seen %(when)s"),
    "unknown": _("The ticket was deleted, or I may no longer see it; the tracker doesn’t say which. Seen %(when)s"),
}
_STANDINGS = {
    "archived": _("The ticket was archived."),
    "deleted": _("The ticket was deleted."),
    "no_permission": _("The tracker no longer lets me see the ticket."),
    "unknown": _("The ticket was deleted, or I may no longer see it."),
}
OF_TRACKER = "tracker"
"""The id of somebody who is known by the name in the tracker alone."""

_ANSWERS = {
    RequestAction.IN_BACKLOG: _("In the backlog: %(note)s"),
    RequestAction.NOT_DOING: _("Not doing: %(note)s"),
    RequestAction.HAND_OVER: _("Handed over to %(note)s"),
}
