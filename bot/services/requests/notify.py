"""Tells the thread what became of a request: new replies for whoever must act, updates for what was said before."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from bot.backlog.feature import Contact, Owner
from bot.backlog.hours import WorkingHours
from bot.backlog.reminders import Policy, next_reminder, verify_due
from bot.backlog.request import HistoryEntry, Party, Request, RequestAction, RequestState
from bot.backlog.sentences import happened, history
from bot.kernel.errors import Missing, Upstream
from bot.kernel.locale import Locale
from bot.services.desk import Desk
from bot.services.questions import lookup
from bot.slack import private_replies
from bot.slack.buttons import Pressed
from bot.slack.people import Person
from bot.slack.private_replies import ThreadPlace

ASKS_AGAIN = frozenset(
    {RequestAction.HAND_OVER, RequestAction.GIVE_BACK, RequestAction.WAKE, RequestAction.REMIND, RequestAction.ESCALATE}
)
"""After these somebody must act, so they hear of it in a new reply: an updated message notifies nobody."""
MARKS = {
    RequestAction.IN_BACKLOG: ":white_check_mark:",
    RequestAction.NOT_DOING: ":no_entry_sign:",
    RequestAction.DONE: ":checkered_flag:",
    RequestAction.VERIFY: ":bar_chart:",
    RequestAction.REOPEN: ":leftwards_arrow_with_hook:",
}


async def policy_for(desk: Desk, request: Request) -> Policy:
    """Nobody is told of an escalation where owners.yaml names nobody for it."""
    feature = await desk.owners.named(request.feature)
    return Policy() if feature and feature.escalation else Policy(escalate_after=None)


async def ask(desk: Desk, request: Request) -> None:
    """The first mention of the owner."""
    await _mention(desk, request, 1, "asked")


async def notify(desk: Desk, request: Request, version: int) -> None:
    """What the thread is told of the press that led to this version."""
    it = next((each for each in request.history if each.version == version), None)
    if it is None:
        return
    await _update_mentions(desk, request)
    if it.action in ASKS_AGAIN and not request.answered:
        await _mention(desk, request, version, str(it.action))
    elif it.action in MARKS:
        await _confirm(desk, request, it)


async def whisper(desk: Desk, request: Request, user: str, sentence: str, reference: str = "") -> None:
    """Only to this person, in the request's thread."""
    place = ThreadPlace(request.team, request.channel, request.thread)
    await private_replies.reply_privately(desk, place, user, sentence, reference)


async def schedule(desk: Desk, request: Request) -> None:
    """When the clock looks at the request again: a reminder, a finished ticket, the check after the fix."""
    now = desk.clock()
    locale = await locale_of(desk, request, request.asks)
    when = next_look(request, now, locale, await policy_for(desk, request))
    if when is None:
        await desk.ledger.close(request.team, request.id)
    else:
        await desk.ledger.look_at(request.team, request.id, when)


def next_look(request: Request, now: datetime, locale: Locale, policy: Policy) -> datetime | None:
    """None once there is nothing to wait for. A ticket in the backlog is looked at with every tick."""
    if request.state is RequestState.IN_BACKLOG:
        return now
    hours = WorkingHours(zone=locale.zone.key)
    if request.state is RequestState.DONE:
        return verify_due(request, hours, policy)
    reminder = next_reminder(request, now, hours, policy)
    return reminder.at if reminder else None


async def person_of(desk: Desk, team: str, owner: Owner) -> Party:
    """The owner as Slack knows them; an address that nobody has there stays an address."""
    if owner.contact is Contact.GROUP:
        return Party(owner.value, owner.value)
    if owner.contact is Contact.USER:
        person: Person | None = await desk.people.get(team, owner.value)
    else:
        person = await desk.people.by_email(team, owner.value)
    return Party(person.id, person.name) if person else Party(owner.value, owner.value)


async def locale_of(desk: Desk, request: Request, who: Party) -> Locale:
    """The language and zone of a party; those of the asker for groups and addresses.

    The thread speaks as the asker reads, because everyone reads it; the clock keeps to the owner's zone.
    """
    known = who.id if who.id[:1] in {"U", "W"} and "@" not in who.id else request.asker.id
    return (await desk.people.get(request.team, known)).locale


async def ticket_text(desk: Desk, request: Request) -> str:
    """What a ticket made from the thread says: the problem with its numbers, and where to read on."""
    locale = await locale_of(desk, request, request.asker)
    asked = await lookup.asked(desk, request.team, request.question)
    return desk.messages.text(
        "backlog/ticket",
        locale,
        request=request,
        answer=asked.answer,
        notebook_url=await notebook_url(desk, request),
        thread_url=await thread_url(desk, request),
    )


async def thread_url(desk: Desk, request: Request) -> str:
    """Where it was asked; empty where Slack doesn't tell."""
    return await desk.people.permalink(request.team, request.channel, request.thread) if request.thread else ""


async def on_ticket(desk: Desk, request: Request, version: int) -> None:
    """Whoever works on the ticket finds the thread. Nothing is said on tickets that the tracker doesn't have."""
    it = next((each for each in request.history if each.version == version), None)
    if it is None or it.action is not RequestAction.IN_BACKLOG or not request.ticket_link:
        return
    locale = await locale_of(desk, request, request.asker)
    text = locale.text(
        "%(who)s confirmed in Slack that this is the fix for “%(what)s”: %(url)s",
        who=it.who.name,
        what=request.what,
        url=await thread_url(desk, request),
    )
    with suppress(Missing):
        await desk.trackers.of(request.tracker).comment(request.ticket, text, meaning=f"{request.id}:{version}")


async def link_to(desk: Desk, request: Request) -> str:
    """Where the newest mention is; empty while it isn't posted."""
    asking = [1, *(it.version for it in request.history if it.action in ASKS_AGAIN)]
    with suppress(Missing, Upstream):
        channel, ts = await desk.outbox.place(f"request:{request.id}:{asking[-1]}", team=request.team, timeout=1)
        return await desk.people.permalink(request.team, channel, ts)
    return ""


async def notebook_url(desk: Desk, request: Request) -> str:
    """Where people read the notebook: with the provider that keeps it, or else on the bot's own page."""
    if not request.notebook:
        return ""
    with suppress(Missing):
        if link := (await desk.notebooks.get(request.notebook)).link:
            return link
    return f"{desk.public_url}/notebooks/{request.notebook}"


async def _mention(desk: Desk, request: Request, version: int, kind: str) -> None:
    message = await _request_message(desk, request, kind)
    key = f"request:{request.id}:{version}"
    await desk.outbox.post(
        key, team=request.team, channel=request.channel, message=message, reply_to=request.thread or None
    )


async def _request_message(desk: Desk, request: Request, kind: str) -> dict[str, object]:
    locale = await locale_of(desk, request, request.asker)
    asked = await lookup.asked(desk, request.team, request.question)
    feature = await desk.owners.named(request.feature)
    escalation = feature.escalation if feature and feature.escalation and kind == "escalate" else None
    return desk.messages.message(
        "backlog/request",
        locale,
        kind=kind,
        request=request,
        escalated=(await person_of(desk, request.team, escalation)) if escalation else None,
        answer=asked.answer,
        value=Pressed(request.id, version=request.version).value(),
        notebook_url=await notebook_url(desk, request),
    )


async def _update_mentions(desk: Desk, request: Request) -> None:
    """Every mention so far shows the state as it is now, so that no button lies; only the newest tells all of it."""
    locale = await locale_of(desk, request, request.asker)
    asking = [1, *(it.version for it in request.history if it.action in ASKS_AGAIN)]
    for version in asking:
        newest = version == asking[-1]
        if newest and not request.answered and version == request.version:
            continue  # it is being posted right now
        message = desk.messages.message(
            "backlog/answered",
            locale,
            request=request,
            history=history(request, desk.clock(), locale),
            newest=newest,
            value=Pressed(request.id, version=request.version).value(),
        )
        await _update(desk, request, f"request:{request.id}:{version}", message)


async def _update(desk: Desk, request: Request, key: str, message: dict[str, object]) -> None:
    try:
        await desk.outbox.update(key, message, team=request.team)
    except Missing:
        return  # that mention was never posted; there is nothing that could lie


async def _confirm(desk: Desk, request: Request, it: HistoryEntry) -> None:
    """A new reply for everyone who waited for the answer."""
    locale = await locale_of(desk, request, request.asker)
    hours = WorkingHours(zone=(await locale_of(desk, request, request.asks)).zone.key)
    message = desk.messages.message(
        "backlog/confirmed",
        locale,
        mark=MARKS[it.action],
        request=request,
        it=it,
        sentence=happened(it, desk.clock(), locale),
        compared_at=verify_due(request, hours, Policy()),
        value=Pressed(request.id, version=request.version).value(),
        notebook_url=await notebook_url(desk, request),
    )
    key = f"confirmed:{request.id}:{it.version}"
    await desk.outbox.post(
        key, team=request.team, channel=request.channel, message=message, reply_to=request.thread or None
    )
