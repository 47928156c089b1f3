"""Asks the owner of the feature, once: a reply in the thread that mentions whoever must answer."""

from __future__ import annotations

from contextlib import suppress

import msgspec

from bot.backlog.feature import Feature
from bot.backlog.request import Party, Request, RequestAction
from bot.backlog.seen_before import rows_of
from bot.backlog.sentences import already
from bot.backlog.transitions import TABLE, Transition, decide
from bot.kernel.errors import Conflict, Missing
from bot.kernel.ids import meaning
from bot.notebook.cell_data import SeenBefore
from bot.notebook.merge import Put
from bot.services.access.access import Deed
from bot.services.postmortems import channel_notebook
from bot.services.requests import notify
from bot.services.requests.context import RequestContext
from bot.services.requests.earlier_failures import seen_by_all
from bot.services.requests.jobs import EffectsJob, RequestOwnerJob
from bot.signals.asked_question import AskedQuestion
from bot.slack.buttons import Pressed
from bot.slack.person import Person
from bot.slack.private_replies import ReplyAddress


def request_id(asked: AskedQuestion) -> str:
    """One feature has one request in a channel, however many questions lead to it."""
    return meaning(asked.channel, asked.feature, "request")


def party(person: Person) -> Party:
    return Party(person.id, person.name)


async def earlier_request(context: RequestContext, asked: AskedQuestion) -> Request | None:
    """Returns the request about this feature in the channel, whichever question led to it.

    Requests from before a feature had one are named by their question, and found while they are open.
    """
    for id in (request_id(asked), meaning(asked.id, asked.feature, "request")):
        if request := await context.records.find(asked.team, id):
            return request
    same = (asked.channel, asked.feature)
    waiting = await context.records.open(asked.team)
    return next((request for request in waiting if (request.channel, request.feature) == same), None)


def may_ask_again(request: Request, asked: AskedQuestion) -> bool:
    """Whether the numbers are newer than what settled the request. Else one ping was enough."""
    sources, _ = TABLE[RequestAction.ASK_AGAIN]
    newest = asked.answer.asked_at or asked.question.period.end if asked.answer else asked.question.period.end
    return request.state in sources and request.last is not None and newest > request.last.at


async def press_ask(context: RequestContext, address: ReplyAddress, question: str, trigger: str = "") -> None:
    """*Ask the owner*: queued, or answered at once where somebody asked before. Raises Missing, and Denied.

    `trigger` tells presses apart.
    """
    asked = await context.questions.get(address.team, question)
    request = await earlier_request(context, asked)
    await context.access.permit(
        Deed.ASK_OWNER,
        team=asked.team,
        channel=asked.channel,
        user=address.user,
        target=asked.id,
        once=str(request.version if request else 0),
    )
    if request is None or may_ask_again(request, asked):
        by = address.user
        job = RequestOwnerJob(team=address.team, question=question, by=by, trigger=trigger, address=address)
        await context.queue.put(job)
        return
    await _say_already(context, address, request)


async def _say_already(context: RequestContext, address: ReplyAddress, request: Request, key: str = "") -> None:
    """Tells whoever pressed what became of the request, once for a key where there is one."""
    person = await context.slack.people.get(address.team, address.user)
    sentence = already(request, context.clock(), person.locale)
    await context.slack.private.say(address, sentence, key=key, url=await notify.link_to(context, request))


async def press_dispute(context: RequestContext, address: ReplyAddress, pressed: Pressed) -> None:
    """Asks once more about what a closed ticket would have fixed. Raises Conflict, Missing and Denied."""
    request = await context.records.get(address.team, pressed.id)
    await context.access.permit(
        Deed.ASK_OWNER,
        team=request.team,
        channel=request.channel,
        user=address.user,
        target=request.question,
        once=str(pressed.version),
    )
    by = await context.slack.people.get(address.team, address.user)
    step = Transition(action=RequestAction.ASK_AGAIN, by=party(by), at=context.clock(), version=pressed.version)
    after = await context.records.change(request, lambda record: decide(record, step, by.locale))
    await context.queue.put(EffectsJob(team=after.team, request=after.id, version=after.version))


async def ask_owner(context: RequestContext, job: RequestOwnerJob) -> None:
    """Repeatable. Raises Missing when nobody owns the target, and Denied."""
    asked = await context.questions.get(job.team, job.question)
    await context.access.require(
        Deed.ASK_OWNER, team=asked.team, channel=asked.channel, user=job.by, target=asked.id, once=job.job_id
    )
    feature = await context.feature(asked.team, asked.feature)
    if feature is None:
        raise Missing("Nobody owns this target in owners.yaml yet, so there is nobody to ask.")
    by = await context.slack.people.get(job.team, job.by)
    request = await earlier_request(context, asked)
    if request and may_ask_again(request, asked):
        request = await _ask_again(context, asked, request, by)
    elif request is None:
        first = await _request(context, asked, feature, party(by))
        with suppress(Conflict):  # somebody asked under another answer at the same time
            await context.records.add(first)
        request = await context.records.get(job.team, request_id(asked))
    if request.question != asked.id or not await context.records.asks_first(request, job.job_id):
        address = ReplyAddress(team=job.team, channel=asked.channel, thread=asked.thread, user=by.id)
        await _say_already(context, job.address or address, request, key=f"{job.job_id}:{by.id}")
        return
    await _have_asked(context, request)


async def _have_asked(context: RequestContext, request: Request) -> None:
    """Tells the owner and the notebook. Done again when the job before died in the middle."""
    if request.rounds:
        again = next(entry for entry in reversed(request.history) if entry.action is RequestAction.ASK_AGAIN)
        await context.queue.put(EffectsJob(team=request.team, request=request.id, version=again.version))
        return
    await notify.ask(context, request)
    await channel_notebook.follow(context.postmortems, request)
    await _note_earlier(context, request)
    await notify.schedule(context, request)


async def _note_earlier(context: RequestContext, request: Request) -> None:
    """The notebook says whether the same failure was there before."""
    earlier = await seen_by_all(context, request)
    if earlier and request.notebook:
        notebook = await context.postmortems.notebooks.get(request.notebook)
        cell = SeenBefore(request.feature, rows_of(earlier))
        await channel_notebook.write(context.postmortems, notebook, [Put(f"seen-before/{request.id}", "backlog", cell)])


async def _ask_again(context: RequestContext, asked: AskedQuestion, request: Request, by: Person) -> Request:
    """Returns the settled request as one that is open, about what is seen now; or as somebody else just left it."""
    step = Transition(action=RequestAction.ASK_AGAIN, by=party(by), at=context.clock(), version=request.version)
    anew = {
        "asker": party(by),
        "question": asked.id,
        "thread": await _thread(context, asked),
        "what": _what(context, asked, request.feature),
    }
    try:
        return await context.records.change(
            request, lambda record: msgspec.structs.replace(decide(record, step, by.locale), **anew)
        )
    except Conflict:
        return await context.records.get(request.team, request.id)


async def _thread(context: RequestContext, asked: AskedQuestion) -> str:
    return asked.thread or await context.slack.outbox.ts(asked.message_key, team=asked.team)


def _what(context: RequestContext, asked: AskedQuestion, feature: str) -> str:
    return context.slack.messages.text("backlog/what", asked.locale, answer=asked.answer, feature=feature)


async def _request(context: RequestContext, asked: AskedQuestion, feature: Feature, asker: Party) -> Request:
    notebook = await channel_notebook.notebook_for(context.postmortems, asked)
    return Request(
        id=request_id(asked),
        team=asked.team,
        channel=asked.channel,
        thread=await _thread(context, asked),
        feature=feature.name,
        what=_what(context, asked, feature.name),
        asker=asker,
        owner=await notify.person_of(context, asked.team, feature.product),
        asked_at=context.clock(),
        question=asked.id,
        notebook=notebook.id,
        tracker=await context.teams.tracker(asked.team, feature.tracker),
        project=feature.project,
    )
