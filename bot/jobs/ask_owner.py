"""Asks the owner of the feature, once: a reply in the thread that mentions whoever must answer."""

from __future__ import annotations

from contextlib import suppress

from bot.backlog.feature import Feature
from bot.backlog.request import Party, Request
from bot.backlog.sentences import already
from bot.kernel.errors import Conflict, Missing
from bot.services import queued_jobs
from bot.services.desk import Desk
from bot.services.office import Office
from bot.services.postmortems import channel_notebook
from bot.services.questions import lookup
from bot.services.requests import notify
from bot.services.requests.acknowledge import asked_already, party, request_id
from bot.signals.asked_question import AskedQuestion
from bot.slack import private_replies
from bot.slack.private_replies import ThreadPlace
from bot.state import keys


async def request(office: Office, job: queued_jobs.RequestOwnerJob) -> None:
    desk = office.desk
    asked = await lookup.asked(desk, job.team, job.asked)
    feature = await desk.owners.named(asked.feature)
    if feature is None:
        raise Missing(asked.locale.text("Nobody owns this target in owners.yaml yet, so there is nobody to ask."))
    by = await desk.people.get(job.team, job.by)
    wanted = await _request(desk, asked, feature, party(by))
    other = await asked_already(desk, asked)
    if other and other.id != wanted.id:
        place = ThreadPlace(job.team, asked.channel, asked.thread)
        await private_replies.reply_privately(desk, place, by.id, already(other, desk.clock(), by.locale))
        return
    with suppress(Conflict):  # asked before, and the job died before it had told everyone
        await desk.requests.put(keys.record(job.team, "request", wanted.id), wanted)
    made = await lookup.request(desk, job.team, wanted.id)
    await notify.ask(desk, made)
    await channel_notebook.follow(desk, made)
    await notify.schedule(desk, made)


async def _request(desk: Desk, asked: AskedQuestion, feature: Feature, asker: Party) -> Request:
    thread = asked.thread or await desk.outbox.ts(asked.message_key, team=asked.team)
    notebook = await channel_notebook.notebook_for(desk, asked)
    return Request(
        id=request_id(asked),
        team=asked.team,
        channel=asked.channel,
        thread=thread,
        feature=feature.name,
        what=desk.messages.text("backlog/what", asked.locale, answer=asked.answer, feature=feature.name),
        asker=asker,
        owner=await notify.person_of(desk, asked.team, feature.product),
        asked_at=desk.clock(),
        question=asked.id,
        notebook=notebook.id,
        tracker=feature.tracker,
        project=feature.project,
    )
