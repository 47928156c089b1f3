"""Tells the thread what became of a request: new replies for whoever must act, updates for what was said before."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from bot.backlog.feature import Contact, Owner
from bot.backlog.follow_up_plan import KINDS
from bot.backlog.hours import WorkingHours
from bot.backlog.request import HistoryEntry, Party, Request, RequestAction
from bot.backlog.schedule import CHECKED, ReminderPolicy, Step, next_check, next_step
from bot.backlog.sentences import answer_history, happened
from bot.kernel.errors import Missing, Upstream
from bot.kernel.locale import Locale
from bot.kernel.messages import MessageLocale
from bot.services.requests import check_messages
from bot.services.requests.check_messages import FIXED
from bot.services.requests.context import RequestContext
from bot.slack.buttons import Pressed
from bot.slack.person import Person
from bot.slack.private_replies import ReplyAddress

ASKS_AGAIN = frozenset(
    {
        RequestAction.HAND_OVER,
        RequestAction.GIVE_BACK,
        RequestAction.WAKE,
        RequestAction.REMIND,
        RequestAction.ESCALATE,
        RequestAction.ASK_AGAIN,
    }
)
"""After these somebody must act, so they hear of it in a new reply: an updated message notifies nobody."""
MARKS = {
    RequestAction.IN_BACKLOG: ":ticket:",
    RequestAction.NOT_DOING: ":no_entry_sign:",
    RequestAction.FINISH: ":checkered_flag:",
    RequestAction.DONE: ":checkered_flag:",
    RequestAction.CLOSE: ":no_entry_sign:",
    RequestAction.REOPEN: ":leftwards_arrow_with_hook:",
    RequestAction.RENAME: ":arrow_right:",
    RequestAction.LOSE: ":grey_question:",
    RequestAction.RETURN: ":leftwards_arrow_with_hook:",
    RequestAction.OVERRULE: ":left_right_arrow:",
}
"""What the thread is told in a reply of its own. A check has a message that the next check updates.

A check mark is for a fix that has improved things, and for nothing before that."""
OF_THE_TICKET = frozenset(
    {
        RequestAction.PLAN,
        RequestAction.FINISH,
        RequestAction.DONE,
        RequestAction.CLOSE,
        RequestAction.REOPEN,
        RequestAction.RENAME,
        RequestAction.LOSE,
        RequestAction.RETURN,
        RequestAction.FOLLOW,
        RequestAction.OVERRULE,
        RequestAction.VERIFY,
    }
)
"""After these the mentions stay as they are: they show what the owner answered, and everything is said once."""

CHANGES_PROMISE = frozenset({*OF_THE_TICKET, RequestAction.NOT_DOING, RequestAction.ASK_AGAIN}) - {RequestAction.VERIFY}
"""After these, the confirmation that a fix is in the backlog shows something else, and so does a question about it."""

OVERTAKES = frozenset({RequestAction.CLOSE, RequestAction.REOPEN, RequestAction.VERIFY, RequestAction.ASK_AGAIN})
"""After these, what earlier messages say of the fix is no longer the last word."""


async def policy_for(context: RequestContext, request: Request) -> ReminderPolicy:
    """Nobody is told of an escalation where owners.yaml names nobody for it."""
    feature = await context.feature(request.team, request.feature)
    after = ReminderPolicy().escalate_after if feature and feature.escalation else None
    return ReminderPolicy(escalate_after=after, checked_after=context.checked_after)


def entry_of(request: Request, version: int) -> HistoryEntry | None:
    """Returns the press that led to this version."""
    return next((entry for entry in request.history if entry.version == version), None)


async def ask(context: RequestContext, request: Request) -> None:
    """The first mention of the owner."""
    await _mention(context, request, 1, "asked")


async def notify(context: RequestContext, request: Request, version: int) -> None:
    """What the thread is told of the press that led to this version."""
    entry = entry_of(request, version)
    if entry is None:
        return
    if entry.action not in OF_THE_TICKET:
        await _update_mentions(context, request)
    if entry.action in ASKS_AGAIN and not request.answered:
        await _mention(context, request, version, str(entry.action))
    elif entry.action in MARKS:
        await _confirm(context, request, entry)
    elif entry.action is RequestAction.VERIFY and request.check:
        await check_messages.post_check(context, request, request.check, **await _notice_values(context, request))
    if entry.action in CHANGES_PROMISE:
        await _update_promise(context, request)
    if entry.action in OVERTAKES:
        await _retire(context, request)


def address_of(request: Request, user: str) -> ReplyAddress:
    """Returns where one person reads something in the request's thread."""
    return ReplyAddress(team=request.team, channel=request.channel, thread=request.thread, user=user)


async def schedule(context: RequestContext, request: Request) -> None:
    """Sets when the clock looks at the request again: a reminder, a moved ticket, the check after the fix.

    As it is by now: telling took its time, and it may have been asked again. Whoever sets the clock last does so after
    having read the newest, so that nobody's older reading ends the clock of a request that is open again.
    """
    while True:
        request = await context.records.find(request.team, request.id) or request
        await _set_clock(context, request)
        now = await context.records.find(request.team, request.id)
        if now is None or now.version == request.version:
            return


async def _set_clock(context: RequestContext, request: Request) -> None:
    step = await step_of(context, request)
    if step is None:
        await context.records.due.close(request.team, request.id)
    else:
        await context.records.due.look_at(request.team, request.id, step.look_at)
        await context.records.keep(request)
        await context.questions.keep(request.team, request.question)


async def step_of(context: RequestContext, request: Request) -> Step | None:
    """Returns what the clock does next with the request. The clock keeps to the zone of whoever must act."""
    locale = await locale_of(context, request, request.asks)
    hours = WorkingHours(zone=locale.zone.key)
    return next_step(request, context.clock(), hours, await policy_for(context, request))


async def person_of(context: RequestContext, team: str, owner: Owner) -> Party:
    """The owner as Slack knows them; what nobody has there stays as it is. Raises Upstream while Slack is away."""
    if owner.contact is Contact.GROUP:
        return Party(owner.value, f"@{await context.slack.people.group_name(team, owner.value)}")
    if owner.contact is Contact.USER:
        person: Person | None = await context.slack.people.get(team, owner.value)
    else:
        person = await context.slack.people.by_email(team, owner.value)
    return Party(person.id, person.name) if person else Party(owner.value, owner.value)


async def locale_of(context: RequestContext, request: Request, who: Party) -> Locale:
    """The language and zone of a party; those of the asker for groups and addresses.

    The thread speaks as the asker reads, because everyone reads it; the clock keeps to the owner's zone.
    """
    known = who.id if who.id[:1] in {"U", "W"} and "@" not in who.id else request.asker.id
    return (await context.slack.people.get(request.team, known)).locale.as_of(context.clock())


async def thread_url(context: RequestContext, request: Request) -> str:
    """Where it was asked; empty where Slack doesn't tell."""
    return await context.slack.people.permalink(request.team, request.channel, request.thread) if request.thread else ""


async def link_to(context: RequestContext, request: Request) -> str:
    """Where the newest mention is; empty while it isn't posted."""
    asking = [1, *(entry.version for entry in request.history if entry.action in ASKS_AGAIN)]
    with suppress(Missing, Upstream):
        channel, ts = await context.slack.outbox.wait_for_ts(
            f"request:{request.id}:{asking[-1]}", team=request.team, timeout=1
        )
        return await context.slack.people.permalink(request.team, channel, ts)
    return ""


async def notebook_url(context: RequestContext, request: Request) -> str:
    """Where people read the notebook: with the provider that keeps it, or else on the bot's own page."""
    if not request.notebook:
        return ""
    with suppress(Missing):
        if link := (await context.postmortems.notebooks.get(request.notebook)).link:
            return link
    return f"{context.postmortems.public_url}/notebooks/{request.notebook}"


async def _mention(context: RequestContext, request: Request, version: int, kind: str) -> None:
    message = await _request_message(context, request, kind)
    key = f"request:{request.id}:{version}"
    await context.slack.outbox.post(
        key, team=request.team, channel=request.channel, message=message, reply_to=request.thread or None
    )


async def _request_message(context: RequestContext, request: Request, kind: str) -> dict[str, object]:
    locale = await locale_of(context, request, request.asker)
    asked = await context.questions.get(request.team, request.question)
    feature = await context.feature(request.team, request.feature)
    escalation = feature.escalation if feature and feature.escalation and kind == "escalate" else None
    return context.slack.messages.message(
        "backlog/request",
        locale,
        kind=kind,
        request=request,
        escalated=(await person_of(context, request.team, escalation)) if escalation else None,
        answer=asked.answer,
        value=Pressed(request.id, version=request.version).value(),
        notebook_url=await notebook_url(context, request),
    )


async def _update_mentions(context: RequestContext, request: Request) -> None:
    """Every mention so far shows the state as it is now, so that no button lies; only the newest tells all of it."""
    locale = await locale_of(context, request, request.asker)
    asking = [1, *(entry.version for entry in request.history if entry.action in ASKS_AGAIN)]
    for version in asking:
        newest = version == asking[-1]
        if newest and not request.answered and version == request.version:
            continue  # it is being posted right now
        message = context.slack.messages.message(
            "backlog/answered",
            locale,
            request=request,
            history=answer_history(request, context.clock(), MessageLocale.for_readers(locale)),
            newest=newest,
            value=Pressed(request.id, version=request.version).value(),
        )
        await check_messages.update_posted(context, request, f"request:{request.id}:{version}", message)


async def _confirm(context: RequestContext, request: Request, entry: HistoryEntry) -> None:
    """A new reply for everyone who waited for the answer."""
    message = await _confirmation(context, request, entry)
    await context.slack.outbox.post(
        _confirmed(request, entry.version),
        team=request.team,
        channel=request.channel,
        message=message,
        reply_to=request.thread or None,
    )


async def _update_promise(context: RequestContext, request: Request) -> None:
    """What was confirmed or closed shows the follow-up as it is now, and its buttons only while they do something."""
    for action in (RequestAction.IN_BACKLOG, RequestAction.CLOSE):
        entry = next((each for each in reversed(request.history) if each.action is action), None)
        if entry and entry.version < request.version:
            message = await _confirmation(context, request, entry)
            await check_messages.update_posted(context, request, _confirmed(request, entry.version), message)


def _confirmed(request: Request, version: int) -> str:
    return f"confirmed:{request.id}:{version}"


async def _confirmation(context: RequestContext, request: Request, entry: HistoryEntry) -> dict[str, object]:
    locale = await locale_of(context, request, request.asker)
    return context.slack.messages.message(
        "backlog/confirmed",
        locale,
        mark=MARKS[entry.action],
        request=request,
        entry=entry,
        sentence=happened(entry, context.clock(), MessageLocale.for_readers(locale)),
        compared_at=next_check(request, await policy_for(context, request)),
        value=Pressed(request.id, version=request.version).value(),
        notebook_url=await notebook_url(context, request),
        kinds=KINDS,
    )


async def _notice_values(context: RequestContext, request: Request) -> dict[str, Any]:
    return {
        "locale": await locale_of(context, request, request.asker),
        "next_check": next_check(request, await policy_for(context, request)),
        "notebook_url": await notebook_url(context, request),
    }


async def _retire(context: RequestContext, request: Request) -> None:
    """What was said of the fix keeps no button that does nothing any more."""
    values = await _notice_values(context, request)
    await check_messages.retire(context, request, locale=values["locale"], notebook_url=values["notebook_url"])
    if request.state not in CHECKED and (done := _done(request)):
        message = await _confirmation(context, request, done)
        await check_messages.update_posted(context, request, _confirmed(request, done.version), message)


def _done(request: Request) -> HistoryEntry | None:
    """Returns when the ticket that the request has now was done last."""
    others = {RequestAction.ASK_AGAIN, RequestAction.IN_BACKLOG}
    turns = (entry for entry in reversed(request.history) if entry.action in {*others, *FIXED})
    last = next(turns, None)
    return last if last and last.action in FIXED else None
