"""Asks the owner of the feature, once: a reply in the thread that mentions whoever must answer."""

from __future__ import annotations

from contextlib import suppress

from bot.backlog.feature import Feature
from bot.backlog.request import Party, Request
from bot.backlog.sentences import already
from bot.kernel.errors import Conflict, Missing
from bot.kernel.ids import meaning
from bot.services.postmortems import channel_notebook
from bot.services.requests import notify
from bot.services.requests.context import RequestContext
from bot.services.requests.jobs import RequestOwnerJob
from bot.signals.asked_question import AskedQuestion
from bot.slack.people import Person
from bot.slack.private_replies import ReplyAddress


def request_id(asked: AskedQuestion) -> str:
    """One question leads to one request, however often somebody presses."""
    return meaning(asked.id, asked.feature, "request")


def party(person: Person) -> Party:
    return Party(person.id, person.name)


async def earlier_request(context: RequestContext, asked: AskedQuestion) -> Request | None:
    """Returns the request of this question, or one that another question in the channel led to and that is open.

    One ping is enough: whoever presses again is told what became of it.
    """
    if request := await context.records.find(asked.team, request_id(asked)):
        return request
    same = (asked.channel, asked.feature)
    waiting = await context.records.open(asked.team)
    return next((request for request in waiting if (request.channel, request.feature) == same), None)


async def press_ask(context: RequestContext, address: ReplyAddress, question: str) -> None:
    """*Ask the owner*: queued, or answered at once where somebody asked before. Raises Missing."""
    asked = await context.questions.get(address.team, question)
    request = await earlier_request(context, asked)
    if request is None:
        await context.queue.put(RequestOwnerJob(team=address.team, question=question, by=address.user))
        return
    person = await context.slack.people.get(address.team, address.user)
    sentence = already(request, context.clock(), person.locale)
    await context.slack.private.say(address, sentence, url=await notify.link_to(context, request))


async def ask_owner(context: RequestContext, job: RequestOwnerJob) -> None:
    """Repeatable. Raises Missing when nobody owns the target."""
    asked = await context.questions.get(job.team, job.question)
    feature = await context.owners.named(asked.feature)
    if feature is None:
        raise Missing("Nobody owns this target in owners.yaml yet, so there is nobody to ask.")
    by = await context.slack.people.get(job.team, job.by)
    other = await earlier_request(context, asked)
    if other and other.id != request_id(asked):
        address = ReplyAddress(team=job.team, channel=asked.channel, thread=asked.thread, user=by.id)
        sentence = already(other, context.clock(), by.locale)
        await context.slack.private.say(address, sentence, key=f"{job.job_id}:{by.id}")
        return
    with suppress(Conflict):  # asked before, and the job died before it had told everyone
        await context.records.add(await _request(context, asked, feature, party(by)))
    request = await context.records.get(job.team, request_id(asked))
    await notify.ask(context, request)
    await channel_notebook.follow(context.postmortems, request)
    await notify.schedule(context, request)


async def _request(context: RequestContext, asked: AskedQuestion, feature: Feature, asker: Party) -> Request:
    slack = context.slack
    notebook = await channel_notebook.notebook_for(context.postmortems, asked)
    return Request(
        id=request_id(asked),
        team=asked.team,
        channel=asked.channel,
        thread=asked.thread or await slack.outbox.ts(asked.message_key, team=asked.team),
        feature=feature.name,
        what=slack.messages.text("backlog/what", asked.locale, answer=asked.answer, feature=feature.name),
        asker=asker,
        owner=await notify.person_of(context, asked.team, feature.product),
        asked_at=context.clock(),
        question=asked.id,
        notebook=notebook.id,
        tracker=feature.tracker,
        project=feature.project,
    )
