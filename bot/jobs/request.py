"""Asks the owner of the feature, once: a reply in the thread that mentions whoever must answer."""

from __future__ import annotations

from contextlib import suppress

from bot.backlog.feature import Feature
from bot.backlog.request import Party, Request
from bot.backlog.sentences import already
from bot.desk import looking, recording, telling, whispering, work
from bot.desk.acknowledging import asked_already, party, request_id
from bot.desk.asked import Asked
from bot.desk.desk import Desk
from bot.desk.office import Office
from bot.desk.whispering import Place
from bot.runtime import keys
from bot.runtime.errors import Conflict, Missing


async def request(office: Office, job: work.Ask) -> None:
    desk = office.desk
    asked = await looking.asked(desk, job.team, job.asked)
    feature = await desk.owners.named(asked.feature)
    if feature is None:
        raise Missing(asked.locale.text("Nobody owns this target in owners.yaml yet, so there is nobody to ask."))
    by = await desk.people.get(job.team, job.by)
    wanted = await _request(desk, asked, feature, party(by))
    other = await asked_already(desk, asked)
    if other and other.id != wanted.id:
        place = Place(job.team, asked.channel, asked.thread)
        await whispering.whisper(desk, place, by.id, already(other, desk.clock(), by.locale))
        return
    with suppress(Conflict):  # asked before, and the job died before it had told everyone
        await desk.requests.put(keys.record(job.team, "request", wanted.id), wanted)
    made = await looking.request(desk, job.team, wanted.id)
    await telling.ask(desk, made)
    await recording.follow(desk, made)
    await telling.set_clock(desk, made)


async def _request(desk: Desk, asked: Asked, feature: Feature, asker: Party) -> Request:
    thread = asked.thread or await desk.outbox.ts(asked.message_key, team=asked.team)
    notebook = await recording.notebook_for(desk, asked)
    return Request(
        id=request_id(asked),
        team=asked.team,
        channel=asked.channel,
        thread=thread,
        feature=feature.name,
        what=desk.messages.text("backlog/what", asked.locale, answer=asked.answer, feature=feature.name),
        asker=asker,
        owner=await telling.person_of(desk, asked.team, feature.product),
        asked_at=desk.clock(),
        question=asked.id,
        notebook=notebook.id,
        project=feature.project,
    )
